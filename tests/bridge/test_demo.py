"""The demo: a whole forum over real sockets, without a terminal, as often as one likes."""

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.bridge.running import ROOT, read_maildir
from tests.outgoing import check_outgoing


def play(folder: Path, *arguments: str | Path) -> "subprocess.CompletedProcess[str]":
    """As `make demo` runs it, with temporary files in a folder."""
    return subprocess.run(
        [sys.executable, "-m", "bridge.cli", "demo", *map(str, arguments)],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(folder), "COLUMNS": "80"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def section(shown: str, title: str) -> str:
    """What stands under a heading."""
    found = re.search(rf"(?ms)^{re.escape(title)} ─+$\n(.*?)(?=^[^\n]* ─+$|\Z)", shown)
    assert found, title
    return found[1]


def check_announcements(shown: str) -> None:
    """The opening of phase 3 in all three languages, with lines that add up, and a closing."""
    for language, heading in (("en", "Where we are"), ("es", "En qué punto"), ("fr", "Où nous en")):
        text = section(shown, f"Opening of phase 3, in {language}")
        assert text.startswith("Subject: ")
        assert heading in text
        assert "sse-fr@forum.example.org" in text
        found = re.search(r"(?m)^(\d+) contribuc?[^:]*:\n((?:  \d+ .*\n)+)", text)
        assert found, text
        assert sum(int(number) for number in re.findall(r"(?m)^  (\d+)", found[2])) == int(found[1]) > 0
    assert section(shown, "Closing of phase 3, in fr").startswith("Subject: ")


def test_it_runs_without_a_terminal_and_shows_what_people_received(tmp_path: Path) -> None:
    done = play(tmp_path, "--keep", tmp_path / "kept")
    assert (done.returncode, done.stderr) == (0, "")
    shown = done.stdout
    assert "\x1b" not in shown
    check_announcements(shown)
    for title in ("A receipt", "A moderator's notice"):
        assert section(shown, title).startswith("Subject: ")
    assert re.search(r"difference +0\n", section(shown, "The account"))
    outgoing = tmp_path / "kept" / "outgoing"
    said = re.search(r"(\d+) mails were delivered to (.*)\n", shown)
    assert said
    assert (int(said[1]), said[2]) == (len(read_maildir(outgoing)), str(outgoing))
    assert re.search(r"It took \d+\.\d s\.\n", shown)
    for path in (outgoing / "new").iterdir():
        _, _, rest = path.read_bytes().partition(b"Delivered-To: ")
        check_outgoing(rest.partition(b"\r\n")[2])


def test_a_second_run_has_a_folder_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "first").mkdir()
    (tmp_path / "first" / "forum.db").write_bytes(b"")
    again = play(tmp_path, "--keep", tmp_path / "first")
    assert (again.returncode, again.stdout) == (1, "")
    assert again.stderr == f"{tmp_path / 'first'}: a forum was run here already; choose another folder\n"
    done = play(tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert f"delivered to {tmp_path}/manyvoices-demo-" in done.stdout
