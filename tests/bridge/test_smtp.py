"""The SMTP edge in dialogue, over real sockets."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlmodel import col

from bridge.edge.smtp import EdgeError, SmtpEdge
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

    def talk(self, dialogue: Dialogue) -> list[str]:
        async def run() -> list[str]:
            edge = SmtpEdge(make_settings(), self.spool, lambda: NOW)
            port = await edge.start("127.0.0.1", 0)
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                return await asyncio.wait_for(dialogue(reader, writer), 20)
            finally:
                writer.close()
                await edge.stop()

        answers = asyncio.run(run())
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
        answers = [await answer(reader)]
        for line in lines:
            writer.write(line if isinstance(line, bytes) else line.encode() + b"\r\n")
            answers.append(await answer(reader))
        return answers

    return dialogue


def test_a_mail_is_stored_as_it_came_before_250(tmp_path: Path) -> None:
    forum = Forum(tmp_path)
    answers = forum.talk(say(*ENVELOPE, b"Subject: caf\xc3\xa9\r\n\r\n..dot\r\n.\r\n"))
    assert answers[-1] == "250 2.0.0 Accepted"
    assert forum.stored() == [("sse-fr@forum.example.org", b"Subject: caf\xc3\xa9\r\n\r\n.dot\r\n")]


def test_an_unknown_address_is_refused_at_rcpt(tmp_path: Path) -> None:
    forum = Forum(tmp_path)
    answers = forum.talk(say(*ENVELOPE[:2], "RCPT TO:<sse-pt@forum.example.org>", "DATA"))
    assert answers[-2:] == ["550 5.1.1 No such address here", "503 Error: need RCPT command"]
    assert forum.stored() == []


def test_a_message_over_the_size_is_refused(tmp_path: Path) -> None:
    forum = Forum(tmp_path)
    answers = forum.talk(say(*ENVELOPE, b"Subject: x\r\n\r\n" + b"word\r\n" * 20_000 + b".\r\n"))
    assert answers[-1].startswith("552 ")
    assert forum.stored() == []


def test_an_endless_line_is_cut_off(tmp_path: Path) -> None:
    forum = Forum(tmp_path)
    answers = forum.talk(say(*ENVELOPE, b"x" * 200_000))
    assert answers[-1] == "552 5.3.4 The message is too large"
    assert forum.stored() == []


def test_what_cannot_be_stored_is_refused_for_now_and_says_nothing_of_the_program(tmp_path: Path) -> None:
    forum = Forum(tmp_path)
    with forum.database.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE delivery RENAME TO elsewhere")
    answers = forum.talk(say(*ENVELOPE, b"Subject: x\r\n\r\nx\r\n.\r\n"))
    assert answers[-1] == "451 4.3.0 Temporary failure, please try again later"
    forum.database.close()


@pytest.mark.parametrize(
    "separator", [b"\n.\n", b"\n.\r\n", b"\r.\r", b"\r\n.\n", b"\r\n.\r", b"\r.\r\n", b"\n\n.\r\n"]
)
def test_a_smuggled_second_message_stays_part_of_the_first(tmp_path: Path, separator: bytes) -> None:
    forum = Forum(tmp_path)
    smuggled = (
        b"MAIL FROM:<x@example.org>\r\nRCPT TO:<sse-fr@forum.example.org>\r\nDATA\r\nSubject: b\r\n\r\nb"
    )
    answers = forum.talk(say(*ENVELOPE, b"Subject: a\r\n\r\na" + separator + smuggled + b"\r\n.\r\n"))
    assert answers[-1] == "250 2.0.0 Accepted"
    assert len(forum.stored()) == 1


def test_a_client_that_goes_away_in_the_middle_leaves_nothing(tmp_path: Path) -> None:
    async def dialogue(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> list[str]:
        answers = await say(*ENVELOPE)(reader, writer)
        writer.write(b"Subject: half a mai")
        await writer.drain()
        writer.close()
        await writer.wait_closed()
        return answers

    forum = Forum(tmp_path)
    assert forum.talk(dialogue)[-1].startswith("354")
    assert forum.stored() == []


def test_a_port_in_use_is_one_clear_line(tmp_path: Path) -> None:
    async def start_twice() -> None:
        first, second = (SmtpEdge(make_settings(), forum.spool, lambda: NOW) for _ in range(2))
        port = await first.start("127.0.0.1", 0)
        try:
            with pytest.raises(EdgeError, match=rf"^smtp: cannot listen on 127.0.0.1:{port}: "):
                await second.start("127.0.0.1", port)
        finally:
            await first.stop()

    forum = Forum(tmp_path)
    asyncio.run(start_twice())
    forum.spool.stop()
    forum.database.close()
