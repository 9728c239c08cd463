"""The relay sends what is due once it is due, whatever dies on the way; over real sockets and a real Maildir."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog
from sqlalchemy import select
from sqlmodel import Session, col
from structlog.testing import capture_logs

from bridge.backoff import MAX_ATTEMPTS
from bridge.relay import Relay
from bridge.smarthost import Result, Smarthost, open_smarthost
from store.database import Database, open_database
from store.dispatch import LEASE, Batch, claim_batches
from store.outbox import Draft, Outbox
from store.tables import OutgoingRecipient
from tests.sink import Sink

NOW = datetime(2013, 9, 9, 7, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
MAIL = (
    b"From: sse@forum.example.org\r\nTo: ana@example.org\r\nSubject: Seeds\r\n"
    b"Message-ID: <n1@forum.example.org>\r\n\r\nThanks.\r\n"
)


class Clock:
    """A clock that moves when it is told to."""

    def __init__(self) -> None:
        self.instant = NOW

    def __call__(self) -> datetime:
        return self.instant

    def move(self, by: timedelta) -> None:
        self.instant += by


class Forum:
    """A database with an outbox, a clock and relays."""

    def __init__(self, folder: Path) -> None:
        self.url = f"sqlite:///{folder}/forum.db"
        self.database: Database = open_database(self.url)
        self.clock = Clock()

    def enqueue(self, number: int, *recipients: str, **changes: Any) -> None:
        values: dict[str, Any] = {
            "message_id": f"<n{number}@forum.example.org>",
            "kind": "receipt",
            "language": "en",
            "subject": "Seeds",
            "content": MAIL.replace(b"<n1@", b"<n%d@" % number),
            "mail_from": "",
            "send_at": NOW,
        }
        with Session(self.database.engine) as session:
            Outbox(session, NOW).enqueue(Draft(**values | changes), recipients or ("ana@example.org",))
            session.commit()

    def relay(self, smarthost: Smarthost) -> Relay:
        log = structlog.get_logger()
        return Relay(self.database.engine, smarthost, self.clock, log)

    def rows(self) -> list[OutgoingRecipient]:
        with Session(self.database.engine) as session:
            query = select(OutgoingRecipient).order_by(col(OutgoingRecipient.id))
            return list(session.execute(query).scalars())

    def states(self) -> list[str]:
        return [row.state for row in self.rows()]


@pytest.fixture
def forum(tmp_path: Path) -> Iterator[Forum]:
    made = Forum(tmp_path)
    yield made
    made.database.close()


def open_sink(sink: Sink) -> Smarthost:
    return open_smarthost(sink.url, {}, hostname="forum.example.org")


def open_maildir(folder: Path) -> Smarthost:
    return open_smarthost(f"maildir://{folder}", {}, hostname="forum.example.org")


def work(dialogue: Callable[[], Awaitable[None]]) -> list[Any]:
    """Run a dialogue; the lines that were logged."""

    async def limited() -> None:
        await asyncio.wait_for(dialogue(), 30)

    with capture_logs() as lines:
        asyncio.run(limited())
    return lines


async def until(condition: Callable[[], bool]) -> None:
    while not condition():
        await asyncio.sleep(0.01)


def test_what_is_due_is_sent_and_recorded_once(forum: Forum) -> None:
    async def dialogue() -> None:
        async with Sink().listen() as sink:
            relay = forum.relay(open_sink(sink))
            forum.enqueue(1, "ana@example.org", "bob@example.net")
            forum.enqueue(2, send_at=NOW + MINUTE)
            assert await relay.send_due() == 2
            assert await relay.send_due() == 0
            forum.clock.move(MINUTE)
            assert await relay.send_due() == 1
            await relay.stop()
            assert [mail.rcpt_tos for mail in sink.received] == [
                ("ana@example.org", "bob@example.net"),
                ("ana@example.org",),
            ]

    lines = work(dialogue)
    assert forum.states() == ["sent"] * 3
    assert {line["event"] for line in lines} == {"mail_sent"}
    assert "example.net" not in str(lines)


def test_a_mail_for_hundreds_goes_out_a_hundred_at_a_time(forum: Forum) -> None:
    async def dialogue() -> None:
        async with Sink().listen() as sink:
            relay = forum.relay(open_sink(sink))
            forum.enqueue(1, *(f"p{number}@example.net" for number in range(250)))
            assert await relay.send_due() == 250
            await relay.stop()
            assert [len(mail.rcpt_tos) for mail in sink.received] == [100, 100, 50]
            assert len(sink.connections) == 1

    work(dialogue)


def test_refused_accepted_and_delayed_recipients_part_ways(forum: Forum) -> None:
    refused = {"gone@example.org": "550 5.1.1 Nobody", "full@example.org": "452 4.2.2 Full"}

    async def dialogue() -> None:
        async with Sink(refused=refused).listen() as sink:
            relay = forum.relay(open_sink(sink))
            forum.enqueue(1, "ana@example.org", *refused)
            assert await relay.send_due() == 3
            assert forum.states() == ["sent", "failed", "waiting"]
            assert [row.reply for row in forum.rows()] == ["250 2.0.0 Kept", *refused.values()]
            assert forum.rows()[2].next_attempt_at == NOW + MINUTE
            del sink.refused["full@example.org"]
            forum.clock.move(MINUTE)
            assert await relay.send_due() == 1
            await relay.stop()
            assert [mail.rcpt_tos for mail in sink.received] == [("ana@example.org",), ("full@example.org",)]

    work(dialogue)
    assert forum.states() == ["sent", "failed", "sent"]


def test_attempts_grow_apart_and_end_after_five_days(forum: Forum) -> None:
    waits: list[timedelta] = []

    async def dialogue() -> None:
        async with Sink(refused={"ana@example.org": "451 4.7.1 Greylisted"}).listen() as sink:
            relay = forum.relay(open_sink(sink))
            forum.enqueue(1)
            while True:
                assert await relay.send_due() == 1
                (row,) = forum.rows()
                if row.state == "failed":
                    break
                waits.append(row.next_attempt_at - forum.clock())
                forum.clock.move(waits[-1])
            await relay.stop()

    work(dialogue)
    assert [wait / MINUTE for wait in waits[:5]] == [1, 5, 15, 60, 240]
    assert timedelta(days=5) <= sum(waits, timedelta()) < timedelta(days=5, hours=4)
    assert forum.rows()[0].attempts == MAX_ATTEMPTS


def test_an_absent_smarthost_is_told_once_and_costs_no_mail_an_attempt(forum: Forum) -> None:
    async def dialogue() -> None:
        sink = Sink()
        async with sink.listen():
            pass
        relay = forum.relay(open_sink(sink))
        for number in range(3):
            forum.enqueue(number)
        running = asyncio.create_task(relay.run())
        await until(lambda: relay._refusals == 1)
        for minutes, refusals in [(1, 2), (5, 3)]:
            forum.clock.move(minutes * MINUTE)
            relay.wake()
            await until(lambda wanted=refusals: relay._refusals == wanted)  # type: ignore[misc]
        await until(lambda: forum.states() == ["waiting"] * 3)
        assert [row.attempts for row in forum.rows()] == [0, 0, 0]
        async with sink.listen(sink.port):
            # Within the pause nothing is tried, however often somebody wakes it.
            relay.wake()
            await asyncio.sleep(0.1)
            assert sink.received == []
            forum.clock.move(15 * MINUTE)
            relay.wake()
            await until(lambda: forum.states() == ["sent"] * 3)
            await relay.stop()
            await running

    events = [line["event"] for line in work(dialogue)]
    assert events == ["smarthost_unusable", "smarthost_usable_again"] + ["mail_sent"] * 3


def test_a_relay_that_runs_sends_when_woken_and_when_the_clock_was_moved(forum: Forum) -> None:
    async def dialogue() -> None:
        async with Sink().listen() as sink:
            relay = forum.relay(open_sink(sink))
            running = asyncio.create_task(relay.run())
            await asyncio.sleep(0.05)
            forum.enqueue(1)
            await asyncio.to_thread(relay.wake)
            await until(lambda: forum.states() == ["sent"])
            forum.enqueue(2, send_at=NOW + timedelta(days=12))
            relay.wake()
            await asyncio.sleep(0.05)
            assert forum.states() == ["sent", "waiting"]
            forum.clock.move(timedelta(days=12))
            relay.wake()
            await until(lambda: forum.states() == ["sent", "sent"])
            await relay.stop()
            await running
            assert len(sink.received) == 2

    work(dialogue)


def test_a_relay_that_runs_wakes_by_itself_at_the_next_attempt(forum: Forum) -> None:
    async def dialogue() -> None:
        start = datetime.now(UTC)
        async with Sink().listen() as sink:
            log = structlog.get_logger()
            relay = Relay(forum.database.engine, open_sink(sink), lambda: datetime.now(UTC), log)
            forum.enqueue(1, send_at=start + timedelta(seconds=1))
            running = asyncio.create_task(relay.run())
            await until(lambda: bool(sink.received))
            assert datetime.now(UTC) >= start + timedelta(seconds=1)
            await until(lambda: forum.states() == ["sent"])
            await relay.stop()
            await running

    work(dialogue)


def test_a_relay_that_is_woken_before_and_after_it_runs_minds_neither(forum: Forum) -> None:
    async def dialogue() -> None:
        async with Sink().listen() as sink:
            relay = forum.relay(open_sink(sink))
            relay.wake()
            await relay.stop()
            await relay.run()
            relay.wake()

    work(dialogue)


class Slow:
    """A smarthost that takes its time."""

    def __init__(self) -> None:
        self.begun = asyncio.Event()
        self.go_on = asyncio.Event()
        self.sent: list[str] = []

    async def send(self, batch: Batch) -> dict[str, Result]:
        self.begun.set()
        await self.go_on.wait()
        self.sent.append(batch.message_id)
        return {one.email: Result("sent") for one in batch.recipients}

    async def check(self) -> str:
        return ""

    async def close(self) -> None:
        return None


@pytest.mark.parametrize("how", ["stop", "cancel"])
def test_ending_finishes_the_batch_in_hand_and_puts_back_the_others(forum: Forum, how: str) -> None:
    async def dialogue() -> None:
        slow = Slow()
        relay = forum.relay(slow)
        for number in range(3):
            forum.enqueue(number)
        running = asyncio.create_task(relay.run())
        await slow.begun.wait()
        ending = asyncio.create_task(relay.stop()) if how == "stop" else None
        if how == "cancel":
            running.cancel()
        await asyncio.sleep(0.02)
        assert forum.states() == ["sending"] * 3
        slow.go_on.set()
        if ending:
            await ending
            await running
        else:
            with pytest.raises(asyncio.CancelledError):
                await running
        assert slow.sent == ["<n0@forum.example.org>"]
        assert forum.states() == ["sent", "waiting", "waiting"]
        assert [row.attempts for row in forum.rows()] == [1, 0, 0]

    work(dialogue)


class Broken(Slow):
    """A smarthost that fails as nobody expected, for one mail."""

    async def send(self, batch: Batch) -> dict[str, Result]:
        if batch.message_id.startswith("<n1@"):
            raise ZeroDivisionError
        return {one.email: Result("sent") for one in batch.recipients}


def test_a_mail_that_cannot_be_handled_does_not_keep_the_others(forum: Forum) -> None:
    async def dialogue() -> None:
        relay = forum.relay(Broken())
        forum.enqueue(1)
        forum.enqueue(2)
        assert await relay.send_due() == 2

    lines = work(dialogue)
    assert forum.states() == ["waiting", "sent"]
    assert lines[0]["event"] == "mail_not_sendable"


def test_a_locked_or_missing_outbox_does_not_end_the_relay(forum: Forum) -> None:
    async def dialogue() -> None:
        async with Sink().listen() as sink:
            relay = forum.relay(open_sink(sink))
            forum.enqueue(1)
            with forum.database.engine.begin() as connection:
                connection.exec_driver_sql("ALTER TABLE outgoing_recipient RENAME TO elsewhere")
            running = asyncio.create_task(relay.run())
            await asyncio.sleep(0.1)
            with forum.database.engine.begin() as connection:
                connection.exec_driver_sql("ALTER TABLE elsewhere RENAME TO outgoing_recipient")
            relay.wake()
            await until(lambda: forum.states() == ["sent"])
            await relay.stop()
            await running

    assert work(dialogue)[0]["event"] == "outbox_unreadable"


def test_a_server_that_took_a_mail_and_died_gets_it_again_under_the_same_message_id(forum: Forum) -> None:
    async def dialogue() -> None:
        async with Sink(deaths=1).listen() as sink:
            relay = forum.relay(open_sink(sink))
            forum.enqueue(1)
            assert await relay.send_due() == 1
            assert forum.states() == ["waiting"]
            forum.clock.move(MINUTE)
            assert await relay.send_due() == 1
            await relay.stop()
            assert [mail.content for mail in sink.received] == [MAIL, MAIL]

    work(dialogue)
    assert forum.states() == ["sent"]


CHILD = """
import asyncio, os, signal, sys
from datetime import UTC, datetime
import structlog
from bridge import relay
from bridge.smarthost import open_smarthost
from store.database import open_database

def die(*_):
    os.kill(os.getpid(), signal.SIGKILL)

relay.record_results = die
smarthost = open_smarthost(sys.argv[2], {}, hostname="forum.example.org")
now = datetime(2013, 9, 9, 7, tzinfo=UTC)
asyncio.run(relay.Relay(open_database(sys.argv[1]).engine, smarthost, lambda: now, structlog.get_logger()).send_due())
"""


def test_kill_9_between_send_and_record_leaves_one_file_in_the_maildir(forum: Forum, tmp_path: Path) -> None:
    forum.enqueue(1, "ana@example.org", "bob@example.net")
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    folder = tmp_path / "sent"
    child = subprocess.run(
        [sys.executable, "-c", CHILD, forum.url, f"maildir://{folder}"], env=environment, check=False
    )
    assert child.returncode == -signal.SIGKILL
    filed = {path.name: path.read_bytes() for path in (folder / "new").iterdir()}
    assert len(filed) == 2
    assert forum.states() == ["sending"] * 2

    async def dialogue() -> None:
        relay = forum.relay(open_maildir(folder))
        assert await relay.send_due() == 0
        forum.clock.move(LEASE + MINUTE)
        assert await relay.send_due() == 2
        await relay.stop()

    work(dialogue)
    assert {path.name: path.read_bytes() for path in (folder / "new").iterdir()} == filed
    assert forum.states() == ["sent"] * 2


def test_two_relays_on_one_database_send_each_mail_once(forum: Forum, tmp_path: Path) -> None:
    async def dialogue() -> None:
        async with Sink().listen() as sink:
            relays = [forum.relay(open_sink(sink)) for _ in range(2)]
            for number in range(30):
                forum.enqueue(number, *(f"p{key}@example.net" for key in range(10)))
            assert sum(await asyncio.gather(*(relay.send_due() for relay in relays))) == 300
            for relay in relays:
                await relay.stop()
            assert len([email for mail in sink.received for email in mail.rcpt_tos]) == 300

    work(dialogue)
    assert forum.states() == ["sent"] * 300
    assert claim_batches(forum.database.engine, NOW) == []
