"""A forum that runs, for the tests of this folder: in this process or in one of its own, which may die on the way.

    python -m tests.bridge.running CONFIG [--at INSTANT] [--die POINT]

runs the daemon as `manyvoices run` does, on a clock that begins at an instant, and kills itself as `kill -9` would
at a named point.
"""

import argparse
import asyncio
import contextlib
import json
import os
import re
import signal
import smtplib
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import asynccontextmanager
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from bridge import relay
from bridge.commands.forum import open_forum
from bridge.daemon import Daemon, run_daemon
from bridge.edge.mailbox import Mailbox
from bridge.smarthost import SmtpSmarthost, open_smarthost
from bridge.wiring import House, open_house, set_up_logging, system_clock
from bridge.worker import Worker
from config.forum import load_settings
from handlers import phase
from store.deliveries import Account, Deliveries
from store.spool import Envelope, Spool
from tests.house import FORUM

ROOT = Path(__file__).parents[2]
PATIENCE = 20.0
"""Seconds that anything may take on a machine that does other things too."""
LATER = FORUM.replace(" = 2013-", " = 2113-")
"""The forum of the other tests a hundred years on: at the machine's time, nothing of it is due."""


def write_forum(folder: Path, smarthost: str, text: str = LATER) -> Path:
    """A `forum.toml` in a folder that sends to a smarthost."""
    path = folder / "forum.toml"
    path.write_text(text.replace("maildir:///nowhere", smarthost), encoding="utf-8")
    return path


def account(config: Path) -> Account:
    """What `manyvoices reconcile` shows."""
    with open_forum(config) as house, house.unit() as ctx:
        return ctx.uow.deliveries.account()


def post(port: int, raw: bytes, *rcpt_tos: str, mail_from: str = "ana@example.org") -> None:
    """Send a mail over SMTP; an SMTPException where it did not get its 250."""
    with smtplib.SMTP("127.0.0.1", port, timeout=PATIENCE) as client:
        client.sendmail(mail_from, rcpt_tos, raw, mail_options=["BODY=8BITMIME"])


def run(*arguments: str | Path) -> "subprocess.CompletedProcess[str]":
    """The command line, in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "bridge.cli", *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        stdin=subprocess.DEVNULL,
        check=False,
    )


def read_maildir(folder: Path) -> list[EmailMessage]:
    """What was filed for anybody, in no order."""
    new = folder / "new"
    paths = list(new.iterdir()) if new.is_dir() else []
    return [message_from_bytes(path.read_bytes(), policy=policy.default) for path in paths]


def wait_until(condition: Callable[[], Any], seconds: float = PATIENCE) -> Any:
    """Poll until something is there, and return it; AssertionError when the time is over."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, "it did not come in time"
        time.sleep(0.02)
    return found


async def wait(condition: Callable[[], Any], seconds: float = PATIENCE) -> Any:
    """The same, while this loop runs."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, "it did not come in time"
        await asyncio.sleep(0.01)
    return found


@asynccontextmanager
async def running(house: House, smarthost: str) -> AsyncIterator[tuple[Daemon, int]]:
    """The daemon in this process, and its port."""
    daemon = Daemon(house, open_smarthost(smarthost, {}, hostname="forum.example.org"))
    ports = await daemon.start()
    assert ports.smtp
    try:
        yield daemon, ports.smtp
    finally:
        await daemon.stop()


class Process:
    """A daemon in a process of its own; `lines` is what it has logged."""

    def __init__(self, *arguments: str | Path, before: Sequence[str] = (), **options: Any) -> None:
        """`before` is a command that becomes the daemon, which `options` are for."""
        self._child = subprocess.Popen(
            [*before, sys.executable, "-m", *map(str, arguments)],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            **options,
        )
        self.lines: list[str] = []
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        assert self._child.stderr
        for line in self._child.stderr:
            self.lines.append(line.rstrip("\n"))

    def events(self, name: str) -> list[dict[str, Any]]:
        """Its log lines of a name."""
        found = [json.loads(line) for line in list(self.lines) if line.startswith("{")]
        return [line for line in found if line["event"] == name]

    @property
    def port(self) -> int:
        """Where it accepts mail, once it does."""
        started = wait_until(lambda: self.events("running") or self._child.poll() is not None)
        assert isinstance(started, list), self.lines
        return int(started[0]["smtp"])

    def terminate(self) -> int:
        """SIGTERM, and its exit code."""
        self._child.send_signal(signal.SIGTERM)
        return self.wait()

    def wait(self) -> int:
        """Its exit code, when it ends by itself."""
        try:
            return self._child.wait(PATIENCE)
        finally:
            self.close()

    def close(self) -> None:
        """Leave nothing behind."""
        if self._child.poll() is None:
            self._child.kill()
            self._child.wait()
        self._reader.join()
        if self._child.stderr:
            self._child.stderr.close()


@contextlib.contextmanager
def process(config: Path, *, at: datetime | None = None, die: str = "") -> Iterator[Process]:
    """A daemon of its own: `manyvoices run` itself where neither its clock nor its end is chosen."""
    if at or die:
        instant = (at or system_clock()).isoformat()
        child = Process("tests.bridge.running", config, "--at", instant, "--die", die)
    else:
        child = Process("bridge.cli", "run", "--config", config)
    try:
        yield child
    finally:
        child.close()


def _die(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _after(call: Callable[..., Any], times: int = 1) -> Callable[..., Any]:
    """The call, and then the end; the last of so many times."""
    left = iter(range(times, 0, -1))

    def wrapped(*arguments: Any, **named: Any) -> Any:
        result = call(*arguments, **named)
        if next(left) == 1:
            _die()
        return result

    return wrapped


def _submit_and_die(self: Spool, envelope: Envelope) -> "Future[int]":
    """The first to hear that it is stored is the end; the edge would be the second."""
    future = _SUBMIT(self, envelope)
    future.add_done_callback(_die)
    return future


def _handle_and_die(self: Any, before: datetime | None) -> bool:
    handled = bool(_HANDLE(self, before))
    if handled:
        _die()
    return handled


_SUBMIT = Spool.submit
_HANDLE = Worker._handle_next


def _plan(point: str) -> None:
    """Lay the end at a point of the way."""
    match point:
        case "after-commit-before-250":
            Spool.submit = _submit_and_die  # type: ignore[method-assign]
        case "in-mailbox":
            Mailbox.file_away = _after(Mailbox.file_away, 3)  # type: ignore[method-assign]
        case "in-handling":
            Deliveries.finish = _after(Deliveries.finish)  # type: ignore[method-assign]
        case "after-handling":
            Worker._handle_next = _handle_and_die  # type: ignore[method-assign]
        case "before-send":
            SmtpSmarthost.send = _die  # type: ignore[assignment,method-assign]
        case "before-record":
            relay.record_results = _die  # type: ignore[assignment,attr-defined]
        case "in-announcing":
            phase.enqueue_announcement = _after(phase.enqueue_announcement, 2)  # type: ignore[attr-defined]
        case _:
            assert not point, point


def main() -> None:
    """Run until SIGTERM or the chosen end."""
    parser = argparse.ArgumentParser()
    parser.add_argument("config", type=Path)
    parser.add_argument("--at", type=datetime.fromisoformat, required=True)
    parser.add_argument("--die", default="")
    chosen = parser.parse_args()
    set_up_logging(json=True)
    began = system_clock()
    house = open_house(load_settings(chosen.config), now=lambda: chosen.at + (system_clock() - began))
    _plan(chosen.die)
    asyncio.run(run_daemon(house))
    house.close()


def token_of(text: str, prefix: str) -> str:
    """The address that decides, as the notice shows it."""
    found = re.search(rf"\S+\+{prefix}-[a-z2-7]{{26}}@\S+\w", text)
    assert found, text
    return found[0]


if __name__ == "__main__":
    main()
