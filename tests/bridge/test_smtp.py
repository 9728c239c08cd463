"""The SMTP edge in dialogue, over real sockets."""

import asyncio
import socket
from datetime import datetime
from pathlib import Path

import pytest
import structlog
import uvloop
from sqlalchemy import select
from sqlmodel import col

from bridge.edge import EdgeError
from bridge.edge.smtp import SmtpEdge
from store.tables import Delivery
from tests.bridge.talking import ENVELOPE, NOW, Forum, answer, make_settings, say, say_on


def test_a_mail_is_stored_as_it_came_before_250(tmp_path: Path) -> None:
    forum = Forum(tmp_path)
    answers = forum.talk(say(*ENVELOPE, b"Subject: caf\xc3\xa9\r\n\r\n..dot\r\n.\r\n"))
    assert answers[-1] == "250 2.0.0 Accepted"
    assert forum.stored() == [("sse-fr@forum.example.org", b"Subject: caf\xc3\xa9\r\n\r\n.dot\r\n")]


def test_an_unknown_address_is_refused_at_rcpt(tmp_path: Path) -> None:
    forum = Forum(tmp_path)
    answers = forum.talk(say(*ENVELOPE[:2], "RCPT TO:<sse-pt@forum.example.org>", "DATA"))
    assert answers[-2:] == ["550 5.1.1 No such address here", "503 5.5.1 Not without a recipient"]
    assert forum.stored() == []


def test_what_cannot_be_stored_is_refused_for_now_and_says_nothing_of_the_program(tmp_path: Path) -> None:
    forum = Forum(tmp_path)
    with forum.database.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE delivery RENAME TO elsewhere")
    answers = forum.talk(say(*ENVELOPE, b"Subject: x\r\n\r\nx\r\n.\r\n"))
    assert answers[-1] == "451 4.3.0 Temporary failure, please try again later"
    forum.database.close()


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


def test_a_client_that_goes_away_while_its_mail_is_stored_has_it_stored(tmp_path: Path) -> None:
    async def dialogue(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> list[str]:
        with forum.database.engine.begin():  # until here is left, nothing can be stored
            answers = await say(*ENVELOPE)(reader, writer)
            writer.write(b"Subject: x\r\n\r\nx\r\n.\r\n")
            await writer.drain()
            await asyncio.sleep(0.1)
            writer.close()
            await writer.wait_closed()
        return answers

    forum = Forum(tmp_path)
    forum.talk(dialogue)
    assert forum.stored() == [("sse-fr@forum.example.org", b"Subject: x\r\n\r\nx\r\n")]


def test_it_greets_with_a_name_that_no_other_server_takes_for_its_own(tmp_path: Path) -> None:
    answers = Forum(tmp_path).talk(say("EHLO forum.example.org"))
    assert answers[0] == "220 manyvoices.forum.example.org Manyvoices"


def test_it_takes_eight_bits_and_addresses_with_accents(tmp_path: Path) -> None:
    async def dialogue(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> list[str]:
        await answer(reader)
        writer.write(b"EHLO client.example.net\r\n")
        offers = [(await reader.readline()).decode().strip()[4:] for _ in range(6)]
        return offers + await say_on(
            "MAIL FROM:<josé@example.org> SIZE=20 BODY=8BITMIME SMTPUTF8", *ENVELOPE[2:], "é\r\n."
        )(reader, writer)

    forum = Forum(tmp_path)
    answers = forum.talk(dialogue)
    offers = ["SIZE 100000", "8BITMIME", "SMTPUTF8", "PIPELINING", "ENHANCEDSTATUSCODES"]
    assert answers[:6] == ["manyvoices.forum.example.org", *offers]
    assert answers[-1] == "250 2.0.0 Accepted"
    with forum.database.engine.connect() as connection:
        assert connection.execute(select(col(Delivery.mail_from))).scalar_one() == "josé@example.org"
    forum.database.close()


@pytest.mark.parametrize(
    "address", ["<a@[>", "<a@[", "<", "<a@(", '<"', "<a@[1>", "<@>", "a@b@(", "<a@example.org", "<\x00>"]
)
@pytest.mark.parametrize("command", ["MAIL FROM:", "RCPT TO:", "VRFY "])
def test_a_malformed_address_is_refused_and_says_nothing_of_the_program(
    tmp_path: Path, command: str, address: str
) -> None:
    before = ENVELOPE[:2] if command == "RCPT TO:" else ENVELOPE[:1]
    answers = Forum(tmp_path).talk(say(*before, command + address, "NOOP"))
    assert answers[-2][:3] in ("250", "252", "501", "502", "550", "553")
    assert "Error: (" not in answers[-2]
    assert answers[-1] == "250 2.0.0 OK"


def test_a_failure_within_is_temporary_and_the_next_mail_is_taken(tmp_path: Path) -> None:
    times = iter([ZeroDivisionError("a secret of the program"), NOW])

    def now() -> datetime:
        found = next(times)
        if isinstance(found, Exception):
            raise found
        return found

    forum = Forum(tmp_path)
    answers = forum.talk(say(*ENVELOPE, "one\r\n.", *ENVELOPE[1:], "two\r\n."), now)
    assert answers[5] == "451 4.3.0 Temporary failure, please try again later"
    assert answers[-1] == "250 2.0.0 Accepted"
    assert forum.stored() == [("sse-fr@forum.example.org", b"two\r\n")]


def test_commands_that_come_together_are_answered_one_after_the_other(tmp_path: Path) -> None:
    async def dialogue(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> list[str]:
        answers = await say(*ENVELOPE)(reader, writer)
        writer.write(b"a\r\n.\r\n" + "".join(line + "\r\n" for line in ENVELOPE[1:]).encode())
        answers += [await answer(reader) for _ in range(4)]
        writer.write(b"b\r\n.\r\nNOOP\r\n")
        return answers + [await answer(reader) for _ in range(2)]

    forum = Forum(tmp_path)
    codes = [line[:3] for line in forum.talk(dialogue)]
    assert codes == ["220", "250", "250", "250", "354", "250", "250", "250", "354", "250", "250"]
    assert [raw for _, raw in forum.stored()] == [b"a\r\n", b"b\r\n"]


def test_a_port_in_use_is_one_clear_line(tmp_path: Path) -> None:
    async def start_twice() -> None:
        with socket.socket() as other:
            other.bind(("127.0.0.1", 0))
            place = f"127.0.0.1:{other.getsockname()[1]}"
            other.listen()
            edge = SmtpEdge(make_settings(smtp=place), forum.spool, lambda: NOW, structlog.get_logger())
            with pytest.raises(EdgeError, match=rf"^smtp: cannot listen on {place}: Address already in use$"):
                await edge.start()

    forum = Forum(tmp_path)
    uvloop.run(start_twice())
    asyncio.run(start_twice())
    forum.close()
