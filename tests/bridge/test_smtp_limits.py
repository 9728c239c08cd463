"""What the SMTP edge bears of size, number, silence and tricks, and how it says that it bears no more."""

import asyncio
from pathlib import Path

import pytest
import uvloop

from bridge.edge import acceptance, connection
from tests.bridge.talking import ENVELOPE, Forum, answer, connect, make_smtp, port_of, say


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
    answers = Forum(tmp_path).talk(say(*ENVELOPE[:2], *[ENVELOPE[2]] * (acceptance.MAX_RECIPIENTS + 1)))
    assert answers[-2] == "250 2.1.5 OK"
    assert answers[-1].startswith("452 4.5.3 ")


def test_a_silent_client_is_told_and_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def dialogue(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> list[str]:
        for _ in range(4):  # each command gives it time again
            await asyncio.sleep(0.1)
            writer.write(b"NOOP\r\n")
        return (await reader.read()).decode().splitlines()

    monkeypatch.setattr(connection, "IDLE_SECONDS", 0.2)
    assert Forum(tmp_path).talk(dialogue)[1:] == ["250 2.0.0 OK"] * 4 + ["421 4.4.2 Timed out, goodbye"]


def test_connections_over_the_number_are_refused_for_now_at_each_edge_for_itself(tmp_path: Path) -> None:
    async def greet(port: int) -> tuple[str, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        return await answer(reader), writer

    async def crowd() -> None:
        edge, other = (make_smtp(forum.spool) for _ in range(2))
        port, beside = port_of(await edge.start()), port_of(await other.start())
        greeted = [await greet(port) for _ in range(acceptance.MAX_CONNECTIONS)]
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
        edge = make_smtp(forum.spool)
        reader, writer = await connect(await edge.start())
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


def test_from_one_address_in_the_world_come_some_connections_and_others_still_get_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def greet(port: int, address: str) -> tuple[str, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(address, 0))
        return (await answer(reader))[:4], writer

    async def crowd() -> None:
        edge = make_smtp(forum.spool)
        port = port_of(await edge.start())
        greeted = [await greet(port, "127.0.0.2") for _ in range(3)]
        assert [said for said, _ in greeted] == ["220 ", "220 ", "421 "]
        greeted.append(await greet(port, "127.0.0.3"))
        assert greeted[-1][0] == "220 "
        greeted[0][1].close()
        await asyncio.sleep(0.1)
        greeted.append(await greet(port, "127.0.0.2"))
        assert greeted[-1][0] == "220 "
        for _, writer in greeted:
            writer.close()
            await writer.wait_closed()
        await edge.stop()

    # As if this machine were as far away as any other.
    monkeypatch.setattr(connection, "find_origin", lambda peername: peername[0])
    monkeypatch.setattr(acceptance, "MAX_FROM_ONE", 2)
    forum = Forum(tmp_path)
    uvloop.run(crowd())
    forum.close()


@pytest.mark.parametrize(
    ("peername", "origin"),
    [
        (("198.51.100.7", 25), ""),  # for documentation, which is nobody's
        (("8.8.4.4", 25), "8.8.4.4"),
        (("::ffff:8.8.4.4", 25, 0, 0), "8.8.4.4"),
        (("2a00:1:2:3:4:5:6:7", 25, 0, 0), "2a00:1:2:3::/64"),
        (("127.0.0.1", 25), ""),
        (("172.17.0.1", 25), ""),
        (("::1", 25, 0, 0), ""),
        (("::ffff:10.1.2.3", 25, 0, 0), ""),
        (("fe80::1%eth0", 25, 0, 2), ""),
        ("", ""),
        (None, ""),
    ],
)
def test_whoever_is_near_is_not_counted_by_address(peername: object, origin: str) -> None:
    assert acceptance.find_origin(peername) == origin


@pytest.mark.parametrize(
    ("peername", "near"),
    [
        (("127.0.0.9", 1), True),
        (("::1", 1, 0, 0), True),
        (("::ffff:127.0.0.1", 1, 0, 0), True),
        ("", True),
        (("10.0.0.1", 1), False),
        (("::ffff:10.0.0.1", 1, 0, 0), False),
        (("fe80::1%eth0", 1, 0, 2), False),
    ],
)
def test_only_loopback_and_unix_sockets_are_this_machine(peername: object, near: bool) -> None:
    assert acceptance.is_this_machine(peername) == near


TOO_MANY_MISTAKES = "421 4.7.0 Too many mistakes, goodbye"


@pytest.mark.parametrize(
    "mistake",
    ["WHATISTHIS", "GET / HTTP/1.1", "", b"\xff\xfe\r\n", "RCPT TO:<nobody@forum.example.org>", "MAIL"],
)
def test_too_many_mistakes_are_the_end(tmp_path: Path, mistake: str | bytes) -> None:
    lines = [mistake] * (connection.Connection.max_mistakes + 1)
    answers = Forum(tmp_path).talk(say(*ENVELOPE[:2], *lines, "NOOP"))
    assert {line[:1] for line in answers[3:-2]} == {"5"}
    assert answers[-2:] == [TOO_MANY_MISTAKES, ""]
    assert not [line for line in answers if "Error: (" in line]


def test_nothing_that_came_with_the_last_mistake_is_heard(tmp_path: Path) -> None:
    async def dialogue(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> list[str]:
        said = await say(ENVELOPE[0])(reader, writer)
        mail = "".join(line + "\r\n" for line in (*ENVELOPE[1:], "x", "."))
        writer.write(b"NO\r\n" * 21 + mail.encode())
        return said + (await reader.read()).decode().splitlines()

    forum = Forum(tmp_path)
    assert forum.talk(dialogue)[-1] == TOO_MANY_MISTAKES
    assert forum.stored() == []


def test_an_accepted_mail_makes_up_for_earlier_mistakes(tmp_path: Path) -> None:
    mail = [*ENVELOPE[1:], "x\r\n."]
    answers = Forum(tmp_path).talk(say(ENVELOPE[0], *["NO"] * 20, *mail, *["NO"] * 20, *mail))
    assert answers[-1] == "250 2.0.0 Accepted"


def test_talk_without_a_mail_has_an_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def dialogue(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> list[str]:
        async def chat() -> None:
            while not writer.is_closing():
                writer.write(b"NOOP\r\n")
                await asyncio.sleep(0.02)

        chatting = asyncio.create_task(chat())
        said = (await reader.read()).decode().splitlines()
        chatting.cancel()
        return said

    monkeypatch.setattr(connection, "FRUITLESS_SECONDS", 0.3)
    assert Forum(tmp_path).talk(dialogue)[-1] == "421 4.4.2 Timed out, goodbye"


def test_a_mail_that_trickles_has_an_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def dialogue(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> list[str]:
        async def trickle() -> None:
            while not writer.is_closing():
                writer.write(b"x")
                await asyncio.sleep(0.02)

        await say(*ENVELOPE)(reader, writer)
        trickling = asyncio.create_task(trickle())
        said = (await reader.read()).decode().splitlines()
        trickling.cancel()
        return said

    # The deadline is looked at whenever silence would have been the end.
    monkeypatch.setattr(connection, "IDLE_SECONDS", 0.2)
    monkeypatch.setattr(connection, "DATA_SECONDS", 0.5)
    forum = Forum(tmp_path)
    assert forum.talk(dialogue) == ["421 4.4.2 Timed out, goodbye"]
    assert forum.stored() == []
