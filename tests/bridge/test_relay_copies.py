"""What the relay hands over: batches and personal copies, signed, small, no more an hour than allowed; real sockets."""

import asyncio
import quopri
import time
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest
import structlog
from structlog.testing import capture_logs

from bridge import relay as relay_module
from bridge.relay import Relay
from bridge.signature import Seal
from bridge.smarthost import Smarthost, open_smarthost
from bridge.stamp import make_stamp
from config.addresses import parse_address
from config.signing import verify
from handlers.return_path import format_recipient
from store.outbox import BULK
from tests.bridge.test_relay import MINUTE, NOW, Forum
from tests.bridge.test_signature import KEY, is_good, open_with, pem, rsa_record
from tests.bridge.test_stamp import SECRET, WEB, letter, make_settings
from tests.outgoing import check_outgoing
from tests.sink import Sink

LIST_MAIL: dict[str, Any] = {
    "content": letter(),
    "mail_from": "sse+b-abc-mac@forum.example.org",
    "kind": "contribution",
    "priority": BULK,
}


@pytest.fixture
def forum(tmp_path: Path) -> Any:
    made = Forum(tmp_path)
    yield made
    made.database.close()


def open_sink(sink: Sink, seal: Seal | None = None) -> Smarthost:
    return open_smarthost(sink.url, {}, hostname="forum.example.org", seal=seal)


def open_relay(forum: Forum, smarthost: Smarthost, rate: int | None = None, **server: Any) -> Relay:
    stamp = make_stamp(make_settings(**server), SECRET)
    return Relay(
        forum.database.engine, smarthost, forum.clock, structlog.get_logger(), stamp=stamp, rate=rate
    )


def work(dialogue: Callable[[], Awaitable[None]]) -> list[Any]:
    with capture_logs() as lines:
        asyncio.run(asyncio.wait_for(dialogue(), 30))  # type: ignore[arg-type]
    return lines


def test_one_content_goes_out_once_for_a_hundred(forum: Forum) -> None:
    async def dialogue() -> None:
        async with Sink().listen() as sink:
            relay = open_relay(forum, open_sink(sink), **WEB)
            forum.enqueue(1, *(f"p{key}@example.net" for key in range(120)), **LIST_MAIL)
            assert await relay.send_due() == 120
            await relay.stop()
            assert [len(mail.rcpt_tos) for mail in sink.received] == [100, 20]
            assert {mail.mail_from for mail in sink.received} == {LIST_MAIL["mail_from"]}
            assert {mail.content for mail in sink.received} == {LIST_MAIL["content"]}

    work(dialogue)


def test_copies_of_their_own_go_over_one_connection_each_with_its_own_return_path(forum: Forum) -> None:
    async def dialogue() -> None:
        async with Sink().listen() as sink:
            relay = open_relay(forum, open_sink(sink), **WEB)
            forum.enqueue(1, *(f"p{key}@example.net" for key in range(120)), personal=True, **LIST_MAIL)
            assert await relay.send_due() == 120
            await relay.stop()
            assert len(sink.connections) == 1
            assert [mail.rcpt_tos for mail in sink.received] == [
                (f"p{key}@example.net",) for key in range(120)
            ]
            for row, mail in zip(forum.rows(), sink.received, strict=True):
                check_outgoing(mail.content)
                found = parse_address(make_settings(), mail.mail_from)
                assert found is not None
                assert verify(SECRET, "bounce", found.token or "") == format_recipient(row.id or 0)
            pages = {message_from_bytes(mail.content)["List-Unsubscribe"] for mail in sink.received}
            assert len(pages) == 120

    work(dialogue)
    assert forum.states() == ["sent"] * 120


def test_a_personal_copy_that_is_refused_keeps_none_of_the_others(forum: Forum) -> None:
    refused = {"p1@example.net": "550 5.1.1 Nobody", "p2@example.net": "452 4.2.2 Full"}

    async def dialogue() -> None:
        async with Sink(refused=refused).listen() as sink:
            relay = open_relay(forum, open_sink(sink))
            forum.enqueue(1, *(f"p{key}@example.net" for key in range(4)), personal=True, **LIST_MAIL)
            assert await relay.send_due() == 4
            sink.refused.clear()
            forum.clock.move(MINUTE)
            assert await relay.send_due() == 1
            await relay.stop()
            # The same copy again, under the same return path.
            assert [mail.rcpt_tos[0][:2] for mail in sink.received] == ["p0", "p3", "p2"]

    work(dialogue)
    assert forum.states() == ["sent", "failed", "sent", "sent"]


def test_a_personal_notice_without_a_return_path_gets_one(forum: Forum) -> None:
    async def dialogue() -> None:
        async with Sink().listen() as sink:
            relay = open_relay(forum, open_sink(sink))
            forum.enqueue(1, personal=True, content=letter(headers=()))
            forum.enqueue(2, content=letter(headers=()))
            await relay.send_due()
            await relay.stop()
            assert [mail.mail_from[:6] for mail in sink.received] == ["sse+b-", "<>"]

    work(dialogue)


@pytest.mark.parametrize("eight_bit", [True, False])
def test_what_arrives_is_signed_as_it_arrives(forum: Forum, tmp_path: Path, eight_bit: bool) -> None:
    text = "Été à Ávila : nous gardons des graines.\nوداعا\n.\n..\n"

    async def dialogue() -> None:
        hidden = () if eight_bit else ("8BITMIME",)
        async with Sink(hidden=hidden, utf8=eight_bit).listen() as sink:
            relay = open_relay(forum, open_sink(sink, open_with(tmp_path, pem(KEY))), **WEB)
            forum.enqueue(1, "ana@example.org", "bob@example.net", **LIST_MAIL | {"content": letter(text)})
            forum.enqueue(2, "ana@example.org", personal=True, **LIST_MAIL | {"content": letter(text)})
            assert await relay.send_due() == 3
            await relay.stop()
            assert len(sink.received) == 2
            for mail in sink.received:
                check_outgoing(mail.content)
                assert is_good(mail.content, rsa_record(KEY))
                body = mail.content.partition(b"\r\n\r\n")[2]
                assert mail.content.isascii() is not eight_bit
                assert (body if eight_bit else quopri.decodestring(body)).decode() == text.replace(
                    "\n", "\r\n"
                )

    work(dialogue)


@pytest.mark.parametrize(
    "sentence",
    [
        "Nous avons gardé des graines d'une année à l'autre, et nous les échangeons au début de l'été.\n",
        "نحفظ البذور في قريتنا من سنة إلى أخرى ونتقاسمها في كل ربيع مع الجيران.\n",
        "Guardamos semillas en el pueblo, y después las compartimos con quien las necesita.\n",
    ],
)
@pytest.mark.parametrize("personal", [False, True])
def test_a_copy_is_hardly_larger_than_the_post(
    forum: Forum, tmp_path: Path, sentence: str, personal: bool
) -> None:
    text = sentence * (20_000 // len(sentence.encode()))
    post = (
        b"From: Ana <ana@example.org>\r\nTo: sse-fr@forum.example.org\r\nSubject: Seeds\r\n"
        b"Message-ID: <x@example.org>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
        b"Content-Transfer-Encoding: 8bit\r\n\r\n" + text.encode()
    )

    async def dialogue() -> None:
        async with Sink().listen() as sink:
            relay = open_relay(forum, open_sink(sink, open_with(tmp_path, pem(KEY))), **WEB)
            forum.enqueue(1, personal=personal, **LIST_MAIL | {"content": letter(text)})
            await relay.send_due()
            await relay.stop()
            (mail,) = sink.received
            assert mail.options == ("BODY=8BITMIME",)
            check_outgoing(mail.content)
            assert is_good(mail.content, rsa_record(KEY))
            assert len(mail.content) <= 1.15 * len(post)

    work(dialogue)


def test_a_relay_with_a_rate_sleeps_until_the_hour_has_room(forum: Forum) -> None:
    async def dialogue() -> None:
        async with Sink().listen() as sink:
            relay = open_relay(forum, open_sink(sink), rate=10)
            sleeps: list[datetime | None] = []
            relay._sleep_until = note_into(sleeps, relay._sleep_until)  # type: ignore[method-assign]
            forum.enqueue(1, *(f"p{key}@example.net" for key in range(25)), personal=True, **LIST_MAIL)
            running = asyncio.create_task(relay.run())
            for hour in range(3):
                await until(lambda wanted=hour + 1: len(sleeps) == wanted)  # type: ignore[misc]
                assert len(sink.received) == min(10 * (hour + 1), 25)
                forum.clock.move(timedelta(hours=1))
                relay.wake()
            await relay.stop()
            await running
            assert sleeps[:3] == [NOW + timedelta(hours=1), NOW + timedelta(hours=2), None]

    work(dialogue)
    assert forum.states() == ["sent"] * 25


def note_into(
    sleeps: list[datetime | None], sleep: Callable[[datetime | None], Awaitable[None]]
) -> Callable[[datetime | None], Awaitable[None]]:
    async def noting(instant: datetime | None) -> None:
        sleeps.append(instant)
        await sleep(instant)

    return noting


async def until(condition: Callable[[], bool]) -> None:
    while not condition():
        await asyncio.sleep(0.01)


def test_an_announcement_overtakes_what_the_rate_holds_back(forum: Forum) -> None:
    async def dialogue() -> None:
        async with Sink().listen() as sink:
            relay = open_relay(forum, open_sink(sink), rate=10)
            forum.enqueue(1, *(f"p{key}@example.net" for key in range(25)), **LIST_MAIL)
            await relay.send_due()
            forum.enqueue(2, *(f"p{key}@example.net" for key in range(10)), priority=0, kind="opening")
            forum.clock.move(timedelta(hours=1))
            await relay.send_due()
            await relay.stop()
            assert b"<n2@" in sink.received[1].content
            assert [len(mail.rcpt_tos) for mail in sink.received] == [10, 10]

    work(dialogue)


@pytest.mark.parametrize("how", ["stop", "cancel"])
@pytest.mark.parametrize("hangs", ["greeting", "recipient", "data"])
def test_a_server_that_hangs_does_not_keep_the_forum_from_stopping(
    forum: Forum, monkeypatch: pytest.MonkeyPatch, hangs: str, how: str
) -> None:
    monkeypatch.setattr(relay_module, "STOP_SECONDS", 0.2)
    reached = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if hangs != "greeting":
                writer.write(b"220 sink.example.net\r\n")
                while (line := await reader.readline()) and line[:4] != b"DATA":
                    if hangs == "recipient" and line[:4] == b"RCPT":
                        break
                    writer.write(b"250 Ok\r\n")
            if hangs == "data":
                writer.write(b"354 Go on\r\n")
                await reader.readuntil(b"\r\n.\r\n")
            reached.set()
            await reader.read()
        finally:
            writer.close()

    async def dialogue() -> None:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        smarthost = open_smarthost(f"smtp://127.0.0.1:{port}", {}, hostname="forum.example.org")
        relay = open_relay(forum, smarthost)
        for number in range(3):
            forum.enqueue(number)
        running = asyncio.create_task(relay.run())
        await reached.wait()
        began = time.monotonic()
        if how == "stop":
            await relay.stop()
            await running
        else:
            running.cancel()
            with pytest.raises(asyncio.CancelledError):
                await running
        assert time.monotonic() - began < 3
        server.close()
        await server.wait_closed()

    lines = work(dialogue)
    # What was handed over without an answer is in doubt, and waits for the end of its lease; nothing else is.
    assert forum.states() == ["sending" if hangs == "data" else "waiting", "waiting", "waiting"]
    assert [row.attempts for row in forum.rows()] == [0, 0, 0]
    assert lines[0]["event"] == ("mail_in_doubt" if hangs == "data" else "smarthost_unusable")
