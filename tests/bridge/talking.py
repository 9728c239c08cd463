"""An edge to talk to over real sockets, with a real spool behind it."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import structlog
import uvloop
from sqlalchemy import select
from sqlmodel import col

from bridge.edge import Edge
from bridge.edge.lmtp import LmtpEdge
from bridge.edge.smtp import SmtpEdge
from config.forum import Settings
from store.database import open_database
from store.spool import Spool
from store.tables import Delivery, Message

NOW = datetime(2013, 9, 9, 8, tzinfo=UTC)
ENVELOPE = [
    "EHLO client.example.net",
    "MAIL FROM:<ana@example.org>",
    "RCPT TO:<sse-fr@forum.example.org>",
    "DATA",
]

Dialogue = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[list[str]]]
MakeEdge = Callable[[Spool, Callable[[], datetime]], Edge]


def make_settings(path: Path = Path("/nowhere/forum.toml"), **server: Any) -> Settings:
    """A small forum; keys for its `[server]`."""
    return Settings.model_validate(
        {
            "server": {
                "smarthost": "smtp://127.0.0.1:2525",
                "smtp": "127.0.0.1:0",
                "lmtp": "127.0.0.1:0",
                "max_message_size": 100_000,
            }
            | server,
            "forum": {
                "name": "sse",
                "domain": "forum.example.org",
                "default_language": "fr",
                "organizers": ["organizer@example.org"],
                "title": {"fr": "Territoires"},
            },
            "lists": [{"language": "fr", "address": "sse-fr@forum.example.org"}],
            "path": path,
        }
    )


def make_smtp(spool: Spool, now: Callable[[], datetime] = lambda: NOW, **given: Any) -> SmtpEdge:
    """An SMTP edge of that forum."""
    return SmtpEdge(make_settings(), spool, now, structlog.get_logger(), **given)


def make_lmtp(spool: Spool, now: Callable[[], datetime] = lambda: NOW, **server: Any) -> LmtpEdge:
    """An LMTP edge of that forum."""
    return LmtpEdge(make_settings(**server), spool, now, structlog.get_logger())


def port_of(place: str) -> int:
    """The port of the place where an edge says that it listens."""
    return int(place.rpartition(":")[2])


async def connect(place: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """To where an edge says that it listens."""
    if place.startswith("unix:"):
        return await asyncio.open_unix_connection(place.removeprefix("unix:"))
    return await asyncio.open_connection("127.0.0.1", port_of(place))


class Forum:
    """An edge on a port of its own, with a real spool."""

    def __init__(self, folder: Path) -> None:
        self.database = open_database(f"sqlite:///{folder}/forum.db")
        self.spool = Spool(self.database, lambda: None)
        self.spool.start()

    def talk(
        self, dialogue: Dialogue, now: Callable[[], datetime] = lambda: NOW, make_edge: MakeEdge = make_smtp
    ) -> list[str]:
        """What the edge answers; it and its spool have ended then."""

        async def run() -> list[str]:
            edge = make_edge(self.spool, now)
            reader, writer = await connect(await edge.start())
            try:
                return await asyncio.wait_for(dialogue(reader, writer), 20)
            finally:
                writer.close()
                await edge.stop()

        # On the loop of the daemon, whose transports are of other classes than asyncio's.
        answers = uvloop.run(run())
        self.spool.stop()
        return answers

    def stored(self) -> list[tuple[str, bytes]]:
        """Recipient and content of what there is."""
        with self.database.engine.connect() as connection:
            query = select(col(Delivery.recipient), col(Message.raw)).join(
                Message, col(Message.id) == col(Delivery.message)
            )
            found = [(recipient, raw) for recipient, raw in connection.execute(query)]
        self.database.close()
        return found

    def edges(self) -> list[tuple[str, str, int]]:
        """Recipient, edge and number of copies of what there is."""
        columns = (col(Delivery.recipient), col(Delivery.edge), col(Delivery.copies))
        with self.database.engine.connect() as connection:
            found = [tuple(row) for row in connection.execute(select(*columns))]
        self.database.close()
        return found

    def close(self) -> None:
        """Where nobody talked."""
        self.spool.stop()
        self.database.close()


over_lmtp = partial(Forum.talk, make_edge=make_lmtp)


async def answer(reader: asyncio.StreamReader) -> str:
    """One answer, of several lines the last."""
    while True:
        line = (await reader.readline()).decode()
        if line[3:4] != "-":
            return line.strip()


def say(*lines: str | bytes) -> Dialogue:
    """A dialogue: each line is said, its answer is heard."""

    async def dialogue(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> list[str]:
        return [await answer(reader), *await say_on(*lines)(reader, writer)]

    return dialogue


def say_on(*lines: str | bytes) -> Dialogue:
    """The same, after the greeting."""

    async def dialogue(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> list[str]:
        answers = []
        for line in lines:
            writer.write(line if isinstance(line, bytes) else line.encode() + b"\r\n")
            answers.append(await answer(reader))
        return answers

    return dialogue
