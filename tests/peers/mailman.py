"""A real Mailman 3 core in a folder of its own, taking posts by LMTP and sending to a port that is named.

`make peers` puts it in `.peers/mailman`, an environment apart. Lists are made as an administrator makes them, with the
`mailman` command.
"""

import contextlib
import os
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.peers import find_port, miss_peer
from tests.peers.loopback import PATIENCE, open_folder, wait_for, wait_for_greeting

BIN = Path(__file__).parents[2] / ".peers" / "mailman" / "bin"
RUNNERS = ("in", "pipeline", "out", "lmtp")
"""Those that take a post, decide on it and distribute it."""
COMMAND_RUNNERS = ("command", "virgin")
"""Those that take a command by mail, and send what Mailman itself writes."""
_IDLE = ("archive", "bounces", *COMMAND_RUNNERS, "digest", "rest", "retry", "task")
"""Those that Mailman would start too."""

_CONFIG = """\
[mailman]
layout: forum
site_owner: owner@lists.example.org
[paths.forum]
bin_dir: {bin}
var_dir: {folder}/var
[mta]
incoming: mailman.mta.null.NullMTA
smtp_host: 127.0.0.1
smtp_port: {smtp_port}
lmtp_host: 127.0.0.1
lmtp_port: {lmtp_port}
"""


@dataclass(frozen=True, slots=True)
class Mailman:
    """One that is laid out, and runs once `running_mailman` has started it."""

    folder: Path
    lmtp_port: int
    runners: tuple[str, ...] = RUNNERS

    def run(self, *arguments: str, given: str = "") -> str:
        """The `mailman` command; what it says. AssertionError where it fails."""
        child = subprocess.run(
            [BIN / "mailman", "--config", self.folder / "mailman.cfg", "--run-as-root", *arguments],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(self.folder), "PYTHONWARNINGS": "ignore"},
            input=given,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert child.returncode == 0, f"mailman {arguments[0]}: {child.stdout}{child.stderr}"
        return child.stdout

    @property
    def log(self) -> str:
        """Everything that it has logged."""
        logs = sorted((self.folder / "var" / "logs").glob("*.log"))
        return "".join(f"== {log.name}\n{log.read_text(encoding='utf-8')}" for log in logs)

    def queued(self, *queues: str) -> int:
        """Messages that wait in queues; `shunt` holds what Mailman could not handle."""
        return sum(len(list((self.folder / "var" / "queue" / name).glob("*.pck"))) for name in queues)


@contextlib.contextmanager
def laid_out_mailman(smtp_port: int, runners: tuple[str, ...] = RUNNERS) -> Iterator[Mailman]:
    """Mailman with a new database and no list yet; nothing runs."""
    if not (BIN / "mailman").exists():
        miss_peer(str(BIN / "mailman"), "mailman==3.3.10")
    with open_folder("mailman") as folder:
        lmtp_port = find_port()
        text = _CONFIG.format(folder=folder, bin=BIN, smtp_port=smtp_port, lmtp_port=lmtp_port)
        text += "".join(f"[runner.{name}]\nstart: no\n" for name in _IDLE if name not in runners)
        text += "".join(f"[runner.{name}]\nsleep_time: 0.2s\n" for name in runners if name != "lmtp")
        (folder / "mailman.cfg").write_text(text, encoding="utf-8")
        yield Mailman(folder, lmtp_port, runners)


@contextlib.contextmanager
def running_mailman(mailman: Mailman) -> Iterator[None]:
    """Its master with the runners that we need, as a child of ours."""
    with (mailman.folder / "start.log").open("wb") as out:
        child = subprocess.Popen(
            [BIN / "master", "--config", mailman.folder / "mailman.cfg"],
            cwd=mailman.folder,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
        )
    try:
        wait_for_greeting(mailman.lmtp_port, child, "Mailman")
        wait_for(
            lambda: all(f"{name} runner started" in mailman.log.lower() for name in mailman.runners),
            "runners",
        )
        yield
    finally:
        # The master passes it on to its runners, and ends when they have.
        child.send_signal(signal.SIGTERM)
        child.wait(PATIENCE)
