"""The LMTP edge in dialogue (RFC 2033), over real sockets: after DATA an answer for each recipient."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
import uvloop
from structlog.testing import capture_logs

from bridge.edge.lmtp import LmtpEdge
from store.spool import Spool
from tests.bridge.talking import NOW, Dialogue, Forum, answer, connect, make_lmtp, make_smtp, over_lmtp, say

LIST = "sse-fr@forum.example.org"
COMMANDS = "sse@forum.example.org"
OPENING = ["LHLO mx.example.org", "MAIL FROM:<ana@example.org>"]
ACCEPTED = "250 2.0.0 Accepted"
LATER = "451 4.3.0 Temporary failure, please try again later"
TOO_LARGE = "552 5.3.4 The message is too large"
MAIL = b"Subject: x\r\n\r\nx\r\n.\r\n"


def deliver(*rcpt_tos: str, content: bytes = MAIL, answers: int) -> Dialogue:
    """LHLO to DATA, the mail, so many answers; then one to NOOP."""

    async def dialogue(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> list[str]:
        said = await say(*OPENING, *(f"RCPT TO:<{address}>" for address in rcpt_tos), "DATA")(reader, writer)
        if said[-1].startswith("354"):
            writer.write(content)
        said += [await answer(reader) for _ in range(answers)]
        writer.write(b"NOOP\r\n")
        return [*said, await answer(reader)]

    return dialogue


def test_each_recipient_has_an_answer_in_the_order_in_which_they_were_named(tmp_path: Path) -> None:
    forum = Forum(tmp_path)
    answers = over_lmtp(forum, deliver(LIST, COMMANDS, answers=2))
    assert answers[-3:] == [ACCEPTED, ACCEPTED, "250 2.0.0 OK"]
    assert sorted(forum.edges()) == [(LIST, "lmtp", 1), (COMMANDS, "lmtp", 1)]


def test_whoever_was_refused_has_no_second_answer(tmp_path: Path) -> None:
    forum = Forum(tmp_path)
    answers = over_lmtp(forum, deliver("nobody@forum.example.org", LIST, "nobody@example.net", answers=1))
    assert [line[:3] for line in answers[3:]] == ["550", "250", "550", "354", "250", "250"]
    assert forum.stored() == [(LIST, b"Subject: x\r\n\r\nx\r\n")]


def test_who_is_named_twice_has_two_answers_and_one_delivery(tmp_path: Path) -> None:
    forum = Forum(tmp_path)
    assert over_lmtp(forum, deliver(LIST, LIST, answers=2))[-3:] == [ACCEPTED, ACCEPTED, "250 2.0.0 OK"]
    assert forum.edges() == [(LIST, "lmtp", 1)]


def test_where_nobody_was_accepted_there_is_one_answer(tmp_path: Path) -> None:
    answers = over_lmtp(Forum(tmp_path), deliver("nobody@forum.example.org", answers=0))
    assert answers[-2:] == ["503 5.5.1 Not without a recipient", "250 2.0.0 OK"]


def test_one_recipient_that_cannot_be_stored_fails_alone(tmp_path: Path) -> None:
    forum = Forum(tmp_path)
    with forum.database.engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER refusal BEFORE INSERT ON delivery WHEN NEW.recipient LIKE 'sse@%'"
            " BEGIN SELECT RAISE(ABORT, 'not this one'); END"
        )
    with capture_logs() as lines:
        answers = over_lmtp(forum, deliver(LIST, COMMANDS, LIST, answers=3))
    assert answers[-4:] == [ACCEPTED, LATER, ACCEPTED, "250 2.0.0 OK"]
    assert {line["event"] for line in lines} == {"not_stored"}
    assert forum.edges() == [(LIST, "lmtp", 1)]


def test_what_cannot_be_stored_is_refused_for_now_for_each(tmp_path: Path) -> None:
    forum = Forum(tmp_path)
    with forum.database.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE message RENAME TO elsewhere")
    assert over_lmtp(forum, deliver(LIST, COMMANDS, answers=2))[-3:] == [LATER, LATER, "250 2.0.0 OK"]
    forum.database.close()


def test_a_failure_within_is_temporary_for_each_and_says_nothing_of_the_program(tmp_path: Path) -> None:
    def now() -> datetime:
        raise ZeroDivisionError("a secret of the program")

    forum = Forum(tmp_path)
    with capture_logs() as lines:
        answers = over_lmtp(forum, deliver(LIST, COMMANDS, answers=2), now)
    assert answers[-3:] == [LATER, LATER, "250 2.0.0 OK"]
    assert [line["event"] for line in lines] == ["edge_failed"]
    assert forum.stored() == []


def test_a_message_over_the_size_is_refused_for_each(tmp_path: Path) -> None:
    forum = Forum(tmp_path)
    large = b"Subject: x\r\n\r\n" + b"word\r\n" * 20_000 + b".\r\n"
    answers = over_lmtp(forum, deliver(LIST, COMMANDS, content=large, answers=2))
    assert answers[-3:] == [TOO_LARGE, TOO_LARGE, "250 2.0.0 OK"]
    assert forum.stored() == []


def test_an_endless_line_is_cut_off_with_an_answer_for_each(tmp_path: Path) -> None:
    forum = Forum(tmp_path)
    answers = over_lmtp(forum, deliver(LIST, COMMANDS, content=b"x" * 200_000, answers=2))
    assert answers[-3:] == [TOO_LARGE, TOO_LARGE, ""]
    assert forum.stored() == []


@pytest.mark.parametrize("greeting", ["EHLO mx.example.org", "HELO mx.example.org"])
def test_the_greetings_of_smtp_are_no_commands_here(tmp_path: Path, greeting: str) -> None:
    answers = over_lmtp(Forum(tmp_path), say(greeting, "MAIL FROM:<ana@example.org>", *OPENING))
    assert [line[:3] for line in answers] == ["220", "500", "503", "250", "250"]
    assert "LHLO" in answers[2]


def test_it_offers_what_lmtp_must_have_and_neither_tls_nor_a_login(tmp_path: Path) -> None:
    async def dialogue(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> list[str]:
        await answer(reader)
        writer.write(b"LHLO mx.example.org\r\nNOOP\r\n")
        lines = []
        while not lines or not lines[-1].startswith("250 2.0.0"):
            lines.append((await reader.readline()).decode().strip())
        return lines

    offers = {line[4:] for line in over_lmtp(Forum(tmp_path), dialogue)[1:-1]}
    assert offers == {"SIZE 100000", "8BITMIME", "SMTPUTF8", "PIPELINING", "ENHANCEDSTATUSCODES"}


def test_a_null_sender_is_taken(tmp_path: Path) -> None:
    forum = Forum(tmp_path)
    answers = over_lmtp(forum, say("LHLO mx", "MAIL FROM:<>", f"RCPT TO:<{LIST}>", "DATA", MAIL))
    assert answers[-1] == ACCEPTED


def test_commands_that_come_together_are_answered_in_their_order(tmp_path: Path) -> None:
    async def dialogue(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> list[str]:
        said = await say(OPENING[0])(reader, writer)
        writer.write(f"{OPENING[1]}\r\nRCPT TO:<{LIST}>\r\nRCPT TO:<{COMMANDS}>\r\nDATA\r\n".encode())
        said += [await answer(reader) for _ in range(4)]
        writer.write(MAIL + b"MAIL FROM:<bob@example.org>\r\nQUIT\r\n")
        return said + [await answer(reader) for _ in range(4)]

    codes = [line[:3] for line in over_lmtp(Forum(tmp_path), dialogue)]
    assert codes == ["220", "250", "250", "250", "250", "354", "250", "250", "250", "221"]


@pytest.mark.parametrize(
    "separator", [b"\n.\n", b"\n.\r\n", b"\r.\r", b"\r\n.\n", b"\r\n.\r", b"\r.\r\n", b"\n\n.\r\n"]
)
def test_a_smuggled_second_message_stays_part_of_the_first(tmp_path: Path, separator: bytes) -> None:
    forum = Forum(tmp_path)
    smuggled = (
        b"a"
        + separator
        + b"MAIL FROM:<x@example.org>\r\nRCPT TO:<sse@forum.example.org>\r\nDATA\r\nb\r\n.\r\n"
    )
    assert over_lmtp(forum, deliver(LIST, content=smuggled, answers=1))[-2:] == [ACCEPTED, "250 2.0.0 OK"]
    assert len(forum.stored()) == 1


def test_a_client_that_goes_away_while_its_mail_is_stored_has_it_stored(tmp_path: Path) -> None:
    async def dialogue(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> list[str]:
        with forum.database.engine.begin():  # until here is left, nothing can be stored
            said = await say(*OPENING, f"RCPT TO:<{LIST}>", f"RCPT TO:<{COMMANDS}>", "DATA")(reader, writer)
            writer.write(MAIL)
            await writer.drain()
            await asyncio.sleep(0.1)
            writer.close()
            await writer.wait_closed()
        return said

    forum = Forum(tmp_path)
    over_lmtp(forum, dialogue)
    assert sorted(address for address, _ in forum.stored()) == [LIST, COMMANDS]


def test_an_edge_that_stops_answers_for_what_it_is_storing_and_then_takes_leave(tmp_path: Path) -> None:
    async def run() -> list[str]:
        edge = make_lmtp(forum.spool)
        reader, writer = await connect(await edge.start())
        with forum.database.engine.begin():
            await say(*OPENING, f"RCPT TO:<{LIST}>", f"RCPT TO:<{COMMANDS}>", "DATA")(reader, writer)
            writer.write(MAIL)
            await asyncio.sleep(0.1)
            stopping = asyncio.create_task(edge.stop())
            await asyncio.sleep(0.1)
            assert not stopping.done()
        await stopping
        said = (await reader.read()).decode().splitlines()
        writer.close()
        await writer.wait_closed()
        return said

    forum = Forum(tmp_path)
    assert uvloop.run(run()) == [ACCEPTED, ACCEPTED, "421 4.3.2 Closing for now, please try again later"]
    assert len(forum.stored()) == 2
    forum.spool.stop()


def test_the_same_mail_over_smtp_and_over_lmtp_is_one_delivery(tmp_path: Path) -> None:
    trace = b"Return-Path: <ana@example.org>\r\nDelivered-To: x@forum.example.org\r\nReceived: from a by b; now\r\n"

    async def run() -> None:
        for edge, hello, content in (
            (make_smtp(forum.spool), "EHLO mx", MAIL),
            (make_lmtp(forum.spool), "LHLO mx", trace + MAIL),
        ):
            reader, writer = await connect(await edge.start())
            said = await say(hello, OPENING[1], f"RCPT TO:<{LIST}>", "DATA", content)(reader, writer)
            assert said[-1] == ACCEPTED
            writer.close()
            await writer.wait_closed()
            await edge.stop()

    forum = Forum(tmp_path)
    uvloop.run(run())
    forum.spool.stop()
    assert forum.edges() == [(LIST, "smtp", 2)]


def test_it_works_over_a_unix_socket(tmp_path: Path) -> None:
    def make(spool: Spool, now: Callable[[], datetime] = lambda: NOW) -> LmtpEdge:
        return make_lmtp(spool, now, lmtp=f"unix:{tmp_path}/lmtp")

    forum = Forum(tmp_path)
    answers = forum.talk(deliver(LIST, COMMANDS, answers=2), make_edge=make)
    assert answers[-3:-1] == [ACCEPTED, ACCEPTED]
    assert not (tmp_path / "lmtp").exists()
    assert len(forum.stored()) == 2
