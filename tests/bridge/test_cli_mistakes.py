"""What goes wrong on the command line: one clear line on stderr, exit 1 (2 for wrong usage), nothing half-written."""

import socket
import sqlite3
from pathlib import Path

import pytest

from tests.bridge.command_line import CommandLine, unchanged
from tests.bridge.running import write_forum

LIST = "sse-en@forum.example.org"


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    """A forum that has its file and nothing else yet."""
    cli = CommandLine(tmp_path, monkeypatch, capsys)
    write_forum(tmp_path, f"maildir://{tmp_path}/outgoing")
    monkeypatch.setenv("MANYVOICES_CONFIG", str(cli.config))
    return cli


def change(cli: CommandLine, old: str, new: str) -> None:
    text = cli.config.read_text(encoding="utf-8")
    assert old in text
    cli.config.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_every_mistake_in_the_file_is_one_line_with_its_place(cli: CommandLine) -> None:
    change(cli, 'smtp = "127.0.0.1:0"', 'smpt = "127.0.0.1:0"')
    change(cli, '"Europe/Paris"', '"Europe/Pariss"')
    change(cli, "closes = 2113-07-14", "closes = 2113-06-14")
    change(cli, 'moderation = "all"', 'moderation = "some"')
    for command in ("check", "run", "tick", "held"):
        with unchanged(cli.folder):
            done = cli(command)
        assert done.code == 1
        assert done.out == ""
        places = [line.split(":")[:2] for line in done.err.splitlines()]
        assert places == [["forum.toml", "2"], ["forum.toml", "9"], ["forum.toml", "11"]]


@pytest.mark.parametrize("command", ["check", "run", "tick", "held", "reconcile"])
def test_a_file_that_is_not_there_is_named(cli: CommandLine, command: str) -> None:
    cli.config.unlink()
    with unchanged(cli.folder):
        said = cli.refused(command)
    assert said == f"{cli.config}: there is no such file (manyvoices init DIR writes one)"


@pytest.mark.parametrize(
    "command",
    [
        ("held",),
        ("approve", "1"),
        ("outbox",),
        ("shunted",),
        ("reconcile",),
        ("counts", "--phase", "1"),
        ("subscribers", "add", "--list", LIST, "bob@example.net"),
    ],
)
def test_a_command_that_only_looks_or_changes_makes_no_database(
    cli: CommandLine, command: tuple[str, ...]
) -> None:
    with unchanged(cli.folder):
        said = cli.refused(*command)
    assert said.endswith("there is no database yet (manyvoices run creates it)")


@pytest.mark.parametrize("command", ["check", "run", "tick"])
def test_a_database_that_cannot_be_written_is_one_line(cli: CommandLine, command: str) -> None:
    change(cli, "[server]", '[server]\ndatabase = "sqlite:///missing/forum.db"')
    with unchanged(cli.folder):
        said = cli.refused(command)
    assert "missing/forum.db: cannot be opened: unable to open database file" in said


def test_a_database_that_is_no_database_is_one_line(cli: CommandLine) -> None:
    (cli.folder / "forum.db").write_text("This is a shopping list, and no database at all.\n" * 100)
    for command in ("check", "run", "held"):
        assert "forum.db: cannot be opened: file is not a database" in cli.refused(command)


def test_an_older_schema_is_refused_with_the_command_that_helps(cli: CommandLine) -> None:
    cli.ok("tick")
    with sqlite3.connect(cli.folder / "forum.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0000'")
    connection.close()
    for command in ("run", "tick", "held", "check"):
        said = cli.refused(command)
        assert "its schema is 0000, not " in said
        assert said.endswith("(manyvoices db upgrade)")


def test_a_schema_that_this_program_does_not_know_cannot_be_upgraded(cli: CommandLine) -> None:
    cli.ok("tick")
    with sqlite3.connect(cli.folder / "forum.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    assert "forum.db: its schema is unknown here, a newer program made it" in cli.refused("db", "upgrade")


def test_a_database_that_somebody_else_holds_is_one_line(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    cli.ok("tick")
    monkeypatch.setattr("store.database.BUSY_SECONDS", 0)
    with sqlite3.connect(cli.folder / "forum.db", isolation_level=None) as holder:
        holder.execute("BEGIN IMMEDIATE")
        assert "database is locked" in cli.refused("held")
    holder.close()


def test_an_unreachable_smarthost_fails_check_and_tick_says_what_waits(cli: CommandLine) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"smtp://127.0.0.1:{nobody.getsockname()[1]}"
        change(cli, f"maildir://{cli.folder}/outgoing", url)
        assert cli.refused("check") == f"{url}: Connection refused"
        assert cli.ok("tick") == "0 sent\n"
        cli.post()
        done = cli("tick")
    assert done.code == 1
    assert done.err == f"{url}: Connection refused; what waits is sent by the next run or tick\n"
    assert len(cli.ok("outbox").splitlines()) == 2


def test_a_secret_that_others_can_read_fails_check(cli: CommandLine) -> None:
    cli.ok("tick")
    (cli.folder / "forum.secret").chmod(0o644)
    for command in ("check", "run", "held"):
        assert cli.refused(command).endswith(f"(chmod 600 {cli.folder / 'forum.secret'})")


def test_the_future_needs_a_maildir(cli: CommandLine) -> None:
    change(cli, f"maildir://{cli.folder}/outgoing", "smtp://127.0.0.1:9")
    with unchanged(cli.folder):
        said = cli.refused("tick", "--at", "2113-07-01T09:00:05+02:00")
    assert said == "tick: an instant in the future needs a maildir:// smarthost; nothing was done"


@pytest.mark.parametrize(
    ("command", "line"),
    [
        (("tick", "--at", "tomorrow"), '"tomorrow" is not an instant such as 2013-09-09T09:00:05+02:00'),
        (("tick", "--at", "2013-09-09T09:00"), "has no offset from UTC"),
        (("digest", "opening", "--phase", "9", "--language", "en"), "there is no phase 9"),
        (("digest", "opening", "--phase", "1", "--language", "xx"), 'the forum has no list in "xx"'),
        (("counts", "--phase", "first"), '"first" is not a phase such as 3 or 2.3'),
        (("counts", "--phase", "9" * 20), "is not a phase such as 3 or 2.3"),
        (("counts", "--phase", "².1"), '"².1" is not a phase such as 3 or 2.3'),
        (("approve", "9"), "there is no text 9"),
        (("reject", "9"), "there is no text 9"),
        (("discard", "9"), "there is no text 9"),
        (("undo", "9"), "there is no text 9"),
        (("shunted", "show", "9"), "there is no delivery 9"),
        (("shunted", "retry", "9"), "delivery 9 is not set aside"),
        (("subscribers", "add", "--list", "sse-xx@forum.example.org", "bob@example.net"), "has no list"),
        (("subscribers", "add", "--list", LIST, "nobody"), '"nobody" is not an e-mail address'),
        (("subscribers", "import", "nowhere.csv"), "nowhere.csv: cannot be read: No such file"),
        (("ingest", "/nowhere"), "/nowhere: there is no such file or folder"),
        (("ingest", __file__, "--list", "x@example.org"), '"x@example.org" is no address of the forum'),
    ],
)
def test_what_cannot_be_done_is_refused_in_one_line(
    cli: CommandLine, command: tuple[str, ...], line: str
) -> None:
    cli.ok("tick")
    assert line in cli.refused(*command)


@pytest.mark.parametrize(
    "command",
    [
        ("nothing",),
        ("held", "--bogus"),
        ("approve", "one"),
        ("approve", "0"),
        ("approve", "9" * 20),
        ("shunted", "show", "9" * 20),
        ("counts",),
        ("digest", "party", "--phase", "1", "--language", "en"),
        ("subscribers", "add", "bob@example.net"),
        (),
    ],
)
def test_wrong_usage_exits_2(cli: CommandLine, command: tuple[str, ...]) -> None:
    with unchanged(cli.folder):
        assert cli(*command).code == 2


def test_a_wrong_row_is_named_by_its_line_and_nobody_is_imported(cli: CommandLine) -> None:
    cli.ok("tick")
    file = cli.folder / "people.csv"
    file.write_text("email,language,name\nbob@example.net,en,Bob\nnobody,en,\neve@example.net,xx,Eve\n")
    done = cli("subscribers", "import", file)
    assert (done.code, done.out) == (1, "")
    assert done.err.splitlines() == [
        'people.csv:3: "nobody" is not an e-mail address',
        'people.csv:4: the forum has no list in "xx"',
    ]
    assert cli.ok("subscribers", "list") == ""


def test_a_table_without_its_columns_is_refused(cli: CommandLine) -> None:
    cli.ok("tick")
    file = cli.folder / "people.csv"
    for text in ("", "mail\tlanguage\nbob@example.net\ten\n"):
        file.write_text(text)
        assert cli.refused("subscribers", "import", file) == (
            "people.csv:1: the first line names the columns: email,language,name"
        )
    file.write_bytes("email,language\ninés@example.net,es\n".encode("latin-1"))
    assert "people.csv: cannot be read" in cli.refused("subscribers", "import", file)


def test_init_leaves_a_forum_that_is_there_alone(cli: CommandLine) -> None:
    with unchanged(cli.folder):
        assert "is there already" in cli.refused("init", cli.folder)
        assert "cannot be made" in cli.refused("init", cli.config / "inside")


def test_a_folder_without_mail_is_refused(cli: CommandLine) -> None:
    (cli.folder / "empty").mkdir()
    with unchanged(cli.folder):
        said = cli.refused("ingest", cli.folder / "empty")
    assert said == f"{cli.folder / 'empty'}: there is no .eml, no .mbox and no Maildir in it"


def test_a_file_that_a_folder_is_in_the_way_of_is_one_line(cli: CommandLine) -> None:
    (cli.folder / "file").write_text("")
    said = cli.refused("demo", "--keep", cli.folder / "file" / "demo")
    assert said == f"{cli.folder / 'file' / 'demo'}: Not a directory"
