"""What the SMTP edge bears of size, number, silence and tricks, and how it says that it bears no more."""

import asyncio
from pathlib import Path

import pytest
import uvloop

from bridge.edge import smtp
from bridge.edge.smtp import SmtpEdge
from tests.bridge.talking import ENVELOPE, NOW, Forum, answer, make_settings, say


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


def test_a_long_line_is_no_reason_to_refuse_a_mail(tmp_path: Path) -> None:
    forum = Forum(tmp_path)
    line = b"x" * 90_000 + b"\r\n"
    assert forum.talk(say(*ENVELOPE, line + b".\r\n"))[-1] == "250 2.0.0 Accepted"
    assert forum.stored() == [("sse-fr@forum.example.org", line)]


def test_the_hundred_and_first_recipient_is_asked_to_wait(tmp_path: Path) -> None:
    answers = Forum(tmp_path).talk(say(*ENVELOPE[:2], *[ENVELOPE[2]] * (smtp.MAX_RECIPIENTS + 1)))
    assert answers[-2] == "250 2.1.5 OK"
    assert answers[-1].startswith("452 4.5.3 ")


def test_a_silent_client_is_told_and_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def dialogue(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> list[str]:
        for _ in range(4):  # each command gives it time again
            await asyncio.sleep(0.1)
            writer.write(b"NOOP\r\n")
        return (await reader.read()).decode().splitlines()

    monkeypatch.setattr(smtp, "IDLE_SECONDS", 0.2)
    assert Forum(tmp_path).talk(dialogue)[1:] == ["250 OK"] * 4 + ["421 4.4.2 Timed out, goodbye"]


def test_connections_over_the_number_are_refused_for_now_at_each_edge_for_itself(tmp_path: Path) -> None:
    async def greet(port: int) -> tuple[str, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        return await answer(reader), writer

    async def crowd() -> None:
        edge, other = (SmtpEdge(make_settings(), forum.spool, lambda: NOW) for _ in range(2))
        port, beside = await edge.start("127.0.0.1", 0), await other.start("127.0.0.1", 0)
        greeted = [await greet(port) for _ in range(smtp.MAX_CONNECTIONS)]
        assert {line[:4] for line, _ in greeted} == {"220 "}
        greeted += [await greet(port), await greet(beside)]
        assert greeted[-2][0] == "421 4.7.0 Too many connections, please try again later"
        assert greeted[-1][0].startswith("220 ")
        greeted[0][1].close()
        await asyncio.sleep(0.1)
        greeted.append(await greet(port))
        assert greeted[-1][0].startswith("220 ")
        for _, writer in greeted:
            writer.close()
            await writer.wait_closed()
        await edge.stop()
        await other.stop()

    forum = Forum(tmp_path)
    uvloop.run(crowd())
    forum.spool.stop()
    forum.database.close()


def test_an_edge_that_closes_takes_leave_of_its_clients(tmp_path: Path) -> None:
    async def run() -> str:
        edge = SmtpEdge(make_settings(), forum.spool, lambda: NOW)
        reader, writer = await asyncio.open_connection("127.0.0.1", await edge.start("127.0.0.1", 0))
        await answer(reader)
        await edge.stop()
        said = (await reader.read()).decode()
        writer.close()
        await writer.wait_closed()
        return said

    forum = Forum(tmp_path)
    assert uvloop.run(run()) == "421 4.3.2 Closing for now, please try again later\r\n"
    forum.spool.stop()
    forum.database.close()
