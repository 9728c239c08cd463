"""`manyvoices move` and `split`, as an administrator types them."""

import json
from pathlib import Path

import pytest

from tests.bridge.command_line import CommandLine
from tests.bridge.running import write_forum
from tests.house import mail

FRENCH = "Nous gardons des semences au village, et nous les partageons chaque printemps.\n"
BOTH = """\
Les douze familles de la rive ont remis en culture les terrasses que personne ne travaillait
plus depuis quarante ans, et elles partagent la récolte selon le temps donné par chacun, sans que personne n'en vende.

The twelve families of the bank have brought terraces back into use that nobody had worked
for forty years, and they share the harvest according to the time that each of them gave, so that none of it is sold.
"""


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    """A French text and one in two languages wait on the English list."""
    cli = CommandLine(tmp_path, monkeypatch, capsys)
    write_forum(tmp_path, f"maildir://{tmp_path}/outgoing")
    monkeypatch.setenv("MANYVOICES_CONFIG", str(cli.config))
    cli.post(mail(FRENCH, subject="Semences"), mail(BOTH, subject="Terrasses / Terraces"))
    cli.ok("tick")
    return cli


def held(cli: CommandLine) -> dict[int, tuple[str, str]]:
    """Language and reasons of what waits."""
    return {row["id"]: (row["language"], row["reasons"]) for row in json.loads(cli.ok("held", "--json"))}


def test_a_text_is_moved_by_code_or_by_name_and_back(cli: CommandLine) -> None:
    assert held(cli)[1] == ("en", "other-language, all-posts")
    assert cli.ok("move", "1", "French") == '"Semences": moved to the list in fr, where it waits\n'
    assert held(cli)[1] == ("fr", "moved, all-posts")
    assert cli.refused("move", "1", "fr") == '"Semences" is on that list already'
    assert cli.ok("move", "1", "anglais") == '"Semences": moved to the list in en, where it waits\n'
    assert held(cli)[1] == ("en", "other-language, moved, all-posts")


def test_a_text_in_two_languages_is_split(cli: CommandLine) -> None:
    assert held(cli)[2] == ("en", "two-languages, all-posts")
    assert cli.ok("split", "2") == '"Terrasses / Terraces": published in two languages as no. 1\n'
    assert list(held(cli)) == [1]
    counts = json.loads(cli.ok("counts", "--phase", "2.1", "--json"))["theme_so_far"]
    assert counts["total"] == 1
    assert [line["languages"] for line in counts["lines"]] == [["en", "fr"]]


def test_what_cannot_be_is_refused_with_one_line(cli: CommandLine) -> None:
    assert cli.refused("move", "1", "pt") == "the forum has no list in pt"
    assert cli.refused("move", "9", "fr") == "there is no text 9"
    assert (
        cli.refused("split", "1") == '"Semences": it is not a new text in two languages, one below the other'
    )
    assert cli.refused("undo", "1") == '"Semences" is waiting: nothing was decided'
    cli.ok("approve", "1")
    assert cli.refused("move", "1", "fr").startswith(
        '"Semences" was decided already: approve by the administrator'
    )
    assert cli.refused("split", "1").startswith('"Semences" was decided already')
