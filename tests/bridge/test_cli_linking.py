"""Joining, separating, merging and withdrawing on the command line: one clear line each."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from bridge.commands.forum import open_forum
from store.links import SUGGESTED
from tests.bridge.command_line import CommandLine
from tests.bridge.running import write_forum
from tests.house import mail

ES = "sse-es@forum.example.org"


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    """Text 1 is no. 1, in English; 2 and 3 wait, in Spanish."""
    cli = CommandLine(tmp_path, monkeypatch, capsys)
    write_forum(tmp_path, f"maildir://{tmp_path}/outgoing")
    monkeypatch.setenv("MANYVOICES_CONFIG", str(cli.config))
    cli.post(mail())
    cli.post(
        mail("Guardamos semillas en nuestro pueblo.\n", to=ES, subject="Semillas", sender="luz@example.org"),
        mail("El pan, y quién lo hace.\n", to=ES, subject="Pan", sender="sol@example.org"),
        to=ES,
    )
    cli.ok("tick")
    cli.ok("approve", "1")
    return cli


def partition(cli: CommandLine) -> Mapping[str, object]:
    found = json.loads(cli.ok("counts", "--phase", "1", "--json"))["theme_so_far"]
    return {" ".join(line["languages"]): line["count"] for line in found["lines"]}


def test_a_text_is_joined_and_separated(cli: CommandLine) -> None:
    assert cli.ok("link", "2", "1") == '"Semillas": the text of no. 1 in es now, and waits\n'
    assert cli.ok("approve", "2") == '"Semillas": published as no. 1\n'
    assert partition(cli) == {"en es": 1}
    assert cli.ok("unlink", "1", "Spanish") == '"Semillas": separated; it is no. 2 now\n'
    assert partition(cli) == {"en": 1, "es": 1}


def test_a_text_that_waits_is_separated_by_its_id(cli: CommandLine) -> None:
    cli.ok("link", "2", "1")
    assert cli.ok("unlink", "2") == '"Semillas": separated; it waits, as a text of its own\n'
    assert [row["id"] for row in json.loads(cli.ok("held", "--json"))] == [2, 3]


def test_two_are_merged_and_the_number_leads_and_comes_back(cli: CommandLine) -> None:
    cli.ok("approve", "2")
    assert cli.ok("merge", "2", "1") == "no. 2 and no. 1 are no. 1 now\n"
    assert partition(cli) == {"en es": 1}
    assert cli.refused("merge", "1", "2") == (
        "no. 1 and no. 2: it is that contribution already; nothing was changed"
    )
    assert cli.ok("unlink", "2", "es") == '"Semillas": separated; it is no. 2 now\n'
    assert partition(cli) == {"en": 1, "es": 1}


def test_what_stayed_behind_because_its_language_was_taken_brings_its_number_back(cli: CommandLine) -> None:
    cli.ok("approve", "2")
    cli.ok("approve", "3")
    cli.ok("merge", "2", "3")
    assert partition(cli) == {"en": 1, "es": 1}
    assert cli.ok("unlink", "3", "es") == '"Pan": separated; it is no. 3 now\n'
    assert partition(cli) == {"en": 1, "es": 2}


def test_a_contribution_is_withdrawn_and_restored(cli: CommandLine) -> None:
    assert cli.ok("withdraw", "1") == "no. 1: withdrawn\n"
    assert partition(cli) == {}
    assert cli.refused("withdraw", "1") == "no. 1: it is withdrawn; nothing was changed"
    assert cli.ok("withdraw", "1", "--restore") == "no. 1: restored\n"
    assert cli.refused("withdraw", "1", "--restore") == "no. 1: it is not withdrawn; nothing was changed"
    assert partition(cli) == {"en": 1}


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("link", "9", "1"), "there is no text 9"),
        (("link", "2", "9"), "there is no contribution 9"),
        (("link", "1", "1"), '"Seeds": it is that contribution already; nothing was changed'),
        (("unlink", "1"), '"Seeds": it is a contribution of its own already; nothing was changed'),
        (("unlink", "1", "fr"), "no. 1 has no text in fr"),
        (("unlink", "1", "Klingon"), "the forum has no list in Klingon"),
        (("merge", "1", "9"), "there is no contribution 9"),
        (("withdraw", "9"), "there is no contribution 9"),
        (("links", "9"), "there is no contribution 9"),
    ],
)
def test_what_cannot_be_done_is_refused_in_one_line(
    cli: CommandLine, command: tuple[str, ...], said: str
) -> None:
    assert cli.refused(*command) == said


@pytest.mark.parametrize("command", [("link", "0", "1"), ("merge", "1", "99999999999"), ("unlink",)])
def test_wrong_usage_is_told_from_what_is_refused(cli: CommandLine, command: tuple[str, ...]) -> None:
    assert cli(*command).code == 2


def test_links_say_how_likely_it_was_and_why_in_words(cli: CommandLine) -> None:
    with open_forum(cli.config) as house, house.unit() as ctx:
        ctx.uow.links.keep(
            2,
            1,
            state=SUGGESTED,
            signal="content",
            probability=0.87123,
            reasons=[("figures", "29", "2013"), ("short",)],
        )
        ctx.uow.commit()
    [row] = json.loads(cli.ok("links", "--json"))
    assert (row["id"], row["title"], row["number"], row["is"]) == (2, "Semillas", 1, "suggested")
    assert (row["probability"], row["how"]) == (0.871, "content")
    assert row["why"].startswith("same figures: 29, 2013; ")
    assert len(cli.ok("links", "--held").split("\t")) == 11
    cli.ok("link", "2", "1")
    cli.ok("approve", "2")
    assert cli.ok("links", "--held") == ""
    [row] = json.loads(cli.ok("links", "1", "--json"))
    assert (row["is"], row["by"], row["undone by"]) == ("linked", "the administrator", "")
    cli.ok("unlink", "1", "es")
    [row] = json.loads(cli.ok("links", "2", "--json"))
    assert row["undone by"] == "the administrator"


def test_a_title_cannot_draw_lines_of_its_own(cli: CommandLine) -> None:
    cli.post(mail("Hola.\n", to=ES, subject="a\x1b[2J\tb", sender="eve@example.org"), to=ES)
    cli.ok("tick")
    cli.ok("link", "4", "1")
    said = cli.ok("links")
    assert "\x1b" not in said
    rows = [line for line in said.splitlines() if line.startswith("4\t")]
    assert [row.count("\t") for row in rows] == [10]
