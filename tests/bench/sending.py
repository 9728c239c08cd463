"""Mail out: the relay takes a full outbox to a server that throws it away."""

import logging
from collections.abc import Callable
from pathlib import Path

import structlog
import uvloop

from bridge.smarthost import open_smarthost
from bridge.wiring import House, make_relay, open_house
from config.forum import load_settings
from store.outbox import Draft
from tests.bench.accept import running
from tests.bench.load import LINES
from tests.bench.measure import Row, Spent, spending
from tests.house import FORUM

READERS = 3_000
"""Of one announcement."""
NOTICES = 300
"""Mails to one person each."""


def measure_sending(folder: Path, progress: Callable[[], None]) -> list[Row]:
    """A row for list mail, and one for notices."""
    # At a warning's level nothing is written: the relay logs a line a batch.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    path = folder / "forum.toml"
    path.write_text(FORUM, encoding="utf-8")
    house = open_house(load_settings(path))
    try:
        with running("bare", folder) as sink:
            rows = [
                _row("of one announcement", READERS, _send(house, sink.port, {"announcement": READERS})),
                _row(
                    "of notices, one each",
                    NOTICES,
                    _send(house, sink.port, {f"notice-{number}": 1 for number in range(NOTICES)}),
                ),
            ]
        progress()
        return rows
    finally:
        house.close()


def _send(house: House, port: int, mails: dict[str, int]) -> Spent:
    """Enqueue mails, each to a number of readers, and let the relay send until nothing waits."""
    with house.unit() as ctx:
        for name, readers in mails.items():
            message_id = f"<{name}@forum.example.org>"
            ctx.uow.outbox.enqueue(
                Draft(
                    message_id=message_id,
                    kind="opening",
                    language="en",
                    subject="Seeds",
                    content=f"Message-ID: {message_id}\r\nSubject: Seeds\r\n\r\n".encode()
                    + b"We keep seeds from year to year and share them in spring.\r\n" * LINES,
                    mail_from="sse+b-bench@forum.example.org",
                    send_at=ctx.now,
                ),
                [f"reader{number}@example.org" for number in range(readers)],
            )
        ctx.uow.commit()

    async def run() -> int:
        relay = make_relay(
            house, open_smarthost(f"smtp://127.0.0.1:{port}", {}, hostname="forum.example.org")
        )
        sent = 0
        while some := await relay.send_due():
            sent += some
        await relay.stop()
        return sent

    with spending() as spent:
        sent = uvloop.run(run())
    if sent != sum(mails.values()):
        raise RuntimeError(f"{sent} were sent, not {sum(mails.values())}")
    return spent


def _row(what: str, recipients: int, spent: Spent) -> Row:
    return Row(f"mail out, recipients {what}", f"{recipients / spent.wall:,.0f} /s")
