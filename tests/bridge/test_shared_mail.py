"""Real and hostile mail goes the whole way: every delivery has an outcome, none is set aside, nobody is bothered."""

import json
import os
from pathlib import Path

import pytest

from tests.bridge.command_line import CommandLine
from tests.bridge.running import read_maildir, write_forum
from tests.outgoing import check_outgoing

SHARED = Path(os.environ.get("MANYVOICES_SHARED", Path(__file__).parents[3] / "shared")) / "mail"
LIST = "sse-en@forum.example.org"


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    cli = CommandLine(tmp_path, monkeypatch, capsys)
    write_forum(tmp_path, f"maildir://{tmp_path}/outgoing")
    monkeypatch.setenv("MANYVOICES_CONFIG", str(cli.config))
    cli.ok("tick")
    cli.ok("subscribers", "add", "--list", LIST, "bob@example.net")
    return cli


def shared(name: str) -> Path:
    folder = SHARED / name
    if not folder.is_dir():
        pytest.skip(f"no mail at {folder}")
    return folder


def ingest(cli: CommandLine, *arguments: str | Path) -> dict[str, int]:
    """What became of it; every message has an outcome, and a second reading finds only known ones."""
    done = cli("ingest", *arguments)
    assert done.code == 0, done
    assert done.err == ""
    read = int(done.out.split()[0])
    account = json.loads(cli.ok("reconcile", "--json"))
    assert (account["accepted"], account["difference"]) == (read, 0)
    assert cli.ok("shunted") == ""
    assert "waiting" not in account["outcomes"]
    outcomes: dict[str, int] = account["outcomes"]
    return outcomes


@pytest.mark.parametrize("name", ["real", "hostile"])
def test_quiet_reading_writes_to_nobody(cli: CommandLine, name: str) -> None:
    outcomes = ingest(cli, shared(name), "--list", LIST)
    assert outcomes["published"] > 0
    assert cli.ok("outbox") == ""
    assert cli.ok("tick") == "0 sent\n"
    assert read_maildir(cli.folder / "outgoing") == []


def test_the_same_archive_read_twice_is_the_same_forum(cli: CommandLine) -> None:
    folder = shared("real")
    first = ingest(cli, folder, "--list", LIST)
    counted = cli.ok("counts", "--phase", "1", "--json")
    read = sum(first.values())
    assert cli.ok("ingest", folder, "--list", LIST) == f"{read} read, 0 handled\n"
    account = json.loads(cli.ok("reconcile", "--json"))
    assert (account["accepted"], account["difference"]) == (2 * read, 0)
    assert account["outcomes"]["published"] == first["published"]
    assert cli.ok("counts", "--phase", "1", "--json") == counted


def test_without_a_list_it_goes_where_its_headers_say(cli: CommandLine) -> None:
    outcomes = ingest(cli, shared("hostile"))
    assert outcomes["misaddressed"] > 0


@pytest.mark.parametrize("name", ["real", "hostile"])
def test_live_mail_is_held_and_all_that_leaves_is_sound(cli: CommandLine, name: str) -> None:
    outcomes = ingest(cli, shared(name), "--list", LIST, "--live")
    assert outcomes["held"] > 0
    assert "published" not in outcomes
    cli.ok("tick")
    new = cli.folder / "outgoing" / "new"
    filed = [path.read_bytes() for path in new.iterdir()]
    asked = 0
    for raw in filed:
        trace, _, rest = raw.partition(b"Delivered-To: ")
        recipient, _, content = rest.partition(b"\r\n")
        assert trace.startswith(b"Return-Path: <")
        check_outgoing(content)
        asked += recipient == b"moderator-en@example.org"
        assert recipient != b"bob@example.net", "what is held goes to no reader"
    assert asked >= outcomes["held"]
