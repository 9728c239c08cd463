"""An edge to talk to over real sockets, with a real spool behind it."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import uvloop
from sqlalchemy import select
from sqlmodel import col

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


def make_settings() -> Settings:
    return Settings.model_validate(
        {
            "server": {"smarthost": "smtp://127.0.0.1:2525", "max_message_size": 100_000},
            "forum": {
                "name": "sse",
                "domain": "forum.example.org",
                "default_language": "fr",
                "organizers": ["organizer@example.org"],
                "title": {"fr": "Territoires"},
            },
            "lists": [{"language": "fr", "address": "sse-fr@forum.example.org"}],
            "path": Path("/nowhere/forum.toml"),
        }
    )


class Forum:
    """An edge on a port of its own, with a real spool."""

    def __init__(self, folder: Path) -> None:
        self.database = open_database(f"sqlite:///{folder}/forum.db")
        self.spool = Spool(self.database, lambda: None)
        self.spool.start()

    def talk(self, dialogue: Dialogue, now: Callable[[], datetime] = lambda: NOW) -> list[str]:
        async def run() -> list[str]:
            edge = SmtpEdge(make_settings(), self.spool, now)
            port = await edge.start("127.0.0.1", 0)
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
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
        with self.database.engine.connect() as connection:
            query = select(col(Delivery.recipient), col(Message.raw)).join(
                Message, col(Message.id) == col(Delivery.message)
            )
            found = [(recipient, raw) for recipient, raw in connection.execute(query)]
        self.database.close()
        return found


async def answer(reader: asyncio.StreamReader) -> str:
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
