"""Every command of the command line, as an administrator types it."""

import json
import mailbox
import re
from pathlib import Path

import pytest

from bridge.commands.forum import open_forum
from config.forum import load_settings
from tests.bridge.command_line import CommandLine
from tests.bridge.running import read_maildir, write_forum
from tests.house import FORUM, mail

LIST = "sse-en@forum.example.org"


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    """A forum whose phases are a hundred years ahead, with two texts that wait for a moderator."""
    cli = CommandLine(tmp_path, monkeypatch, capsys)
    write_forum(tmp_path, f"maildir://{tmp_path}/outgoing")
    monkeypatch.setenv("MANYVOICES_CONFIG", str(cli.config))
    cli.post(mail(), mail("Bread, and who bakes it.\n", subject="Bread"))
    cli.ok("tick")
    return cli


def outgoing(cli: CommandLine, kind: str) -> list[str]:
    """Who was sent mail of a kind."""
    found = read_maildir(cli.folder / "outgoing")
    return sorted(str(m["Delivered-To"]) for m in found if str(m["Message-ID"]).startswith(f"<{kind}."))


def test_init_writes_a_forum_that_checks_and_ticks_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    cli = CommandLine(tmp_path, monkeypatch, capsys)
    folder = tmp_path / "new"
    said = cli.ok("init", folder)
    assert f"wrote {folder / 'forum.toml'}\n" in said
    assert f"manyvoices check --config {folder / 'forum.toml'}" in said
    assert cli.ok("check", "--config", folder / "forum.toml") == "all is well\n"
    assert cli.ok("tick", "--config", folder / "forum.toml") == "0 sent\n"
    load_settings(folder / "forum.toml")


def test_check_prints_warnings_and_is_content(cli: CommandLine) -> None:
    cli.config.write_text(
        cli.config.read_text().replace('["moderator-es@example.org"]', "[]"), encoding="utf-8"
    )
    said = cli.ok("check").splitlines()
    assert said[0] == "warning: list es: no moderators; the organizers decide"
    assert said[-1] == "all is well"


def test_a_tick_handles_sends_and_is_safe_to_repeat(cli: CommandLine) -> None:
    assert outgoing(cli, "held") == ["moderator-en@example.org"] * 2
    assert cli.ok("tick") == "0 sent\n"


def test_a_tick_at_an_instant_to_come_announces_into_a_maildir(cli: CommandLine) -> None:
    cli.ok("subscribers", "add", "--list", LIST, "bob@example.net")
    instant = "2113-07-01T09:00:05+02:00"
    assert cli.ok("tick", "--at", instant) == "1 sent\n"
    assert cli.ok("tick", "--at", instant) == "0 sent\n"
    assert outgoing(cli, "opening") == ["bob@example.net"]


def test_a_digest_is_printed_and_neither_sent_nor_kept(cli: CommandLine) -> None:
    for kind in ("opening", "reminder", "closing"):
        said = cli.ok("digest", kind, "--phase", "2", "--language", "fr")
        assert re.match(r"Subject: .*2.*\n\n", said)
    assert outgoing(cli, "opening") == []
    assert cli.ok("outbox") == ""


def test_counts_add_up_for_people_and_for_programs(cli: CommandLine) -> None:
    cli.ok("approve", "1")
    assert "1" in cli.ok("counts", "--phase", "1")
    found = json.loads(cli.ok("counts", "--phase", "2.1", "--json"))
    assert found["phase"] == "2.1"
    for partition in (found["theme_so_far"], found["in_phase"]):
        lines = [*partition["lines"], *partition["folded"]]
        assert sum(line["count"] for line in lines) == partition["total"]
    assert found["theme_so_far"]["total"] == 1


def test_what_is_held_is_listed_approved_returned_and_discarded(cli: CommandLine) -> None:
    cli.post(mail("Buy my pills.\n", subject="Pills"))
    cli.ok("tick")
    rows = json.loads(cli.ok("held", "--json"))
    assert [(row["id"], row["title"], row["language"]) for row in rows] == [
        (1, "Seeds", "en"),
        (2, "Bread", "en"),
        (3, "Pills", "en"),
    ]
    assert cli.ok("held").splitlines()[0].split("\t")[:5] == [
        "1",
        "contribution",
        "en",
        "ana@example.org",
        "Seeds",
    ]
    assert cli.ok("approve", "1") == '"Seeds": published as no. 1\n'
    assert (
        cli.ok("reject", "2", "--reason", "Too short.")
        == '"Bread": returned; its author is told in 30 minutes\n'
    )
    assert cli.ok("discard", "3") == '"Pills": deleted\n'
    assert cli.ok("held") == ""
    assert json.loads(cli.ok("reconcile", "--json"))["outcomes"] == {
        "discarded": 1,
        "published": 1,
        "rejected": 1,
    }
    again = cli.refused("reject", "1")
    assert again.startswith('"Seeds" was decided already: approve by the administrator, ')


def test_a_rejection_can_be_taken_back_and_only_a_rejection(cli: CommandLine) -> None:
    cli.ok("reject", "2", "--reason", "Too short.")
    assert cli.ok("undo", "2") == '"Bread": taken back; it waits again\n'
    assert len(cli.ok("held").splitlines()) == 2
    cli.ok("approve", "2")
    assert "only a rejection can be taken back" in cli.refused("undo", "2")
    cli.ok("tick")
    assert cli.ok("outbox") == ""


def test_the_outbox_shows_what_waits_and_why(cli: CommandLine) -> None:
    cli.ok("reject", "2", "--reason", "Too short.")
    [row] = json.loads(cli.ok("outbox", "--json"))
    assert (row["kind"], row["waiting"], row["failed"]) == ("receipt_rejected", 1, 0)
    assert len(cli.ok("outbox").split("\t")) == 7


def test_shunted_mail_is_listed_shown_and_retried(cli: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    cli.post(mail("Nobody can handle this.\n"))
    with monkeypatch.context() as broken:
        broken.setattr("bridge.worker.HANDLERS", {})
        done = cli("tick")
    assert done.code == 0
    assert done.err.splitlines()[-1] == "1 set aside (manyvoices shunted shows why)"
    [row] = json.loads(cli.ok("shunted", "--json"))
    assert row["recipient"] == LIST
    assert row["cause"].startswith("KeyError")
    assert "Traceback" in cli.ok("shunted", "show", str(row["id"]))
    assert cli.ok("shunted", "retry", str(row["id"])) == (f"delivery {row['id']} waits to be handled again\n")
    cli.ok("tick")
    assert cli.ok("shunted") == ""
    assert json.loads(cli.ok("reconcile", "--json"))["outcomes"] == {"held": 3}


def test_subscribers_are_added_listed_and_removed(cli: CommandLine) -> None:
    people = ("subscribers", "add", "--list", LIST, "Bob <Bob@example.net>", "eve@example.net")
    assert cli.ok(*people) == "2 added, 0 there already\n"
    assert cli.ok(*people) == "0 added, 2 there already\n"
    rows = json.loads(cli.ok("subscribers", "list", "--list", "en", "--json"))
    assert [(row["email"], row["name"], row["language"]) for row in rows] == [
        ("bob@example.net", "Bob", "en"),
        ("eve@example.net", "", "en"),
    ]
    assert cli.ok("subscribers", "remove", "--list", LIST, "BOB@example.net") == "1 removed, 0 not there\n"
    assert cli.ok("subscribers", "remove", "--list", LIST, "bob@example.net") == "0 removed, 1 not there\n"
    assert cli.ok("subscribers", "list").startswith("eve@example.net\t")


def test_subscribers_are_imported_from_csv(cli: CommandLine) -> None:
    file = cli.folder / "people.csv"
    file.write_text(
        "\ufeffemail,language,name\nBob@example.net,en,Bob\nines@example.net,es,Inés\njean@example.net,,\n",
        encoding="utf-8",
    )
    assert cli.ok("subscribers", "import", file, "--list", "sse-fr@forum.example.org") == (
        "3 added, 0 there already\n"
    )
    assert cli.ok("subscribers", "import", file, "--list", "fr") == "0 added, 3 there already\n"
    (cli.folder / "excel.csv").write_text(
        "\ufeffemail;language;name\nzoe@example.org;es;Zoé\n", encoding="utf-8"
    )
    assert cli.ok("subscribers", "import", cli.folder / "excel.csv") == "1 added, 0 there already\n"
    rows = json.loads(cli.ok("subscribers", "list", "--json"))
    assert {(row["email"], row["language"]) for row in rows} == {
        ("bob@example.net", "en"),
        ("ines@example.net", "es"),
        ("jean@example.net", "fr"),
        ("zoe@example.org", "es"),
    }


def test_ingest_reads_files_mboxes_and_maildirs_without_a_word_to_anybody(cli: CommandLine) -> None:
    before = len(read_maildir(cli.folder / "outgoing"))
    single = cli.folder / "one.eml"
    single.write_bytes(mail("Water, and who owns it.\n", subject="Water"))
    box = cli.folder / "old.mbox"
    line = b"From ana@example.org Tue Jul  2 10:00:00 2013\n"
    texts = [mail("The mill.\n\n>From afar it is small.\n", subject="Mill"), mail("Coins.\n", subject="Coin")]
    box.write_bytes(b"".join(line + raw.replace(b"\r\n", b"\n") + b"\n" for raw in texts))
    folder = mailbox.Maildir(str(cli.folder / "Maildir"))
    folder.add(mail("A bank of our own.\n", subject="Bank"))
    assert cli.ok("ingest", single, box, cli.folder / "Maildir") == "4 read, 4 handled\n"
    cli.ok("tick")
    assert len(read_maildir(cli.folder / "outgoing")) == before
    account = json.loads(cli.ok("reconcile", "--json"))
    assert account == {"accepted": 6, "outcomes": {"held": 2, "published": 4}, "difference": 0}
    assert cli.ok("ingest", single, "--list", LIST) == "1 read, 0 handled\n"
    assert json.loads(cli.ok("reconcile", "--json"))["outcomes"]["duplicate"] == 1


def test_ingest_live_is_as_if_it_arrived_now(cli: CommandLine) -> None:
    single = cli.folder / "one.eml"
    single.write_bytes(mail("Water, and who owns it.\n", subject="Water", sender="new@example.net"))
    assert cli.ok("ingest", "--live", single) == "1 read, 1 handled\n"
    cli.ok("tick")
    assert outgoing(cli, "receipt_held").count("new@example.net") == 1


def test_reconcile_exits_1_when_a_delivery_is_missing(cli: CommandLine) -> None:
    assert cli.ok("reconcile").split() == ["held", "2", "accepted", "2", "difference", "0"]
    with open_forum(cli.config) as house, house.database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE counter SET value = 3 WHERE name = 'accepted'")
    done = cli("reconcile")
    assert done.code == 1
    assert done.out.split()[-1] == "1"


def test_db_upgrade_makes_the_schema_and_is_safe_to_repeat(cli: CommandLine) -> None:
    cli.config.write_text(cli.config.read_text().replace("[server]", '[server]\ndatabase = "sqlite:///b.db"'))
    for _ in range(2):
        assert cli.ok("db", "upgrade") == "the schema is up to date\n"
    assert cli.ok("held") == ""


def test_the_configuration_is_named_by_option_by_environment_or_lies_here(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = cli.ok("held")
    monkeypatch.delenv("MANYVOICES_CONFIG")
    assert cli.ok("held", "--config", cli.config) == rows
    monkeypatch.chdir(cli.folder)
    assert cli.ok("held") == rows


def test_what_people_write_is_no_markup_on_a_terminal(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = cli.folder / "people.csv"
    file.write_text('email,language,name\nbob@example.net,en,"Bob [/bold] and [red]\x1b[2J"\n')
    cli.ok("subscribers", "import", file)
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "300")
    shown = cli.ok("subscribers", "list")
    assert "Bob [/bold] and [red]" in shown
    assert "\x1b[2J" not in shown


def test_a_hundred_years_on_is_the_same_forum() -> None:
    """The forum of this file is the one of the others but for its dates."""
    assert FORUM.count(" = 2013-") == 4


def test_a_person_is_forgotten_and_the_counts_are_shown(cli: CommandLine) -> None:
    cli.ok("subscribers", "add", "--list", LIST, "Bob <bob@example.net>")
    (row,) = json.loads(cli.ok("subscribers", "forget", "Bob@example.net", "--json"))
    assert (row["person"], row["addresses"], row["lists"]) == ("bob@example.net", 1, 1)
    assert cli.ok("subscribers", "list", "--list", LIST) == ""
    assert "nothing is stored about bob@example.net" in cli.refused(
        "subscribers", "forget", "bob@example.net"
    )
