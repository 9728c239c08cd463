"""The worker: each mail once and whole, whatever a handler or the database does; due notices once."""

import threading
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from sqlalchemy import Engine, event, select
from sqlalchemy.exc import OperationalError
from sqlmodel import col
from structlog.testing import capture_logs

from bridge import worker as worker_module
from bridge.wiring import make_worker
from bridge.worker import PATIENCE, Worker
from handlers import HANDLERS, Handler, phase
from handlers.classify import Kind
from handlers.context import Context, Incoming, Outcome
from store.database import open_database
from store.tables import Revision
from tests.bridge.running import wait_until
from tests.house import START, TestHouse, mail

LIST = "sse-en@forum.example.org"
OPENING = datetime(2013, 7, 29, 7, tzinfo=UTC)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[TestHouse]:
    house = TestHouse(tmp_path)
    yield house
    house.close()


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pauses of a worker whose database is away, a hundred times shorter."""
    monkeypatch.setattr(worker_module, "FIRST_PAUSE", 0.01)
    monkeypatch.setattr(worker_module, "LONGEST_PAUSE", 0.02)


def replace(monkeypatch: pytest.MonkeyPatch, handler: Handler) -> None:
    """Contributions go to another handler."""
    table: Mapping[Kind, Handler] = MappingProxyType({**HANDLERS, Kind.CONTRIBUTION: handler})
    monkeypatch.setattr(worker_module, "HANDLERS", table)


def fail_on(word: str, error: Exception) -> Handler:
    """A handler that does its work, and fails over mails with a word in their subject."""

    def handle(incoming: Incoming, ctx: Context) -> Outcome:
        outcome = HANDLERS[Kind.CONTRIBUTION](incoming, ctx)
        if word in incoming.mail.subject:
            raise error
        return outcome

    return handle


def outcomes(house: TestHouse) -> dict[str, int]:
    with house.house.unit() as ctx:
        account = ctx.uow.deliveries.account()
    assert account.difference == 0
    return account.outcomes


def shunted(house: TestHouse) -> list[tuple[int, str]]:
    """Ids and tracebacks of what was set aside."""
    with house.house.unit() as ctx:
        return [(delivery.id or 0, delivery.traceback) for delivery in ctx.uow.deliveries.list_shunted()]


def spool_three(house: TestHouse) -> None:
    for title in ("Seeds", "Bad apples", "Bread"):
        house.spool(mail(f"About {title}, at length.\n", subject=title), LIST)
        house.wait(minutes=1)


def test_a_handler_that_fails_shunts_its_mail_and_the_next_goes_on(
    house: TestHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool_three(house)
    replace(monkeypatch, fail_on("Bad", ZeroDivisionError("as nobody expected")))
    assert house.worker.run_once() == 3
    assert outcomes(house) == {"held": 2, "shunted": 1}
    [(_, trace)] = shunted(house)
    assert "ZeroDivisionError: as nobody expected" in trace
    assert "in handle" in trace
    # Nothing of what the handler had begun is left: no receipt, no notice.
    assert not [sent for sent in house.outbox() if "Bad apples" in sent.subject]


def test_a_shunted_mail_is_handled_again_when_it_is_retried(
    house: TestHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool_three(house)
    with monkeypatch.context() as broken:
        replace(broken, fail_on("Bad", ZeroDivisionError()))
        house.worker.run_once()
    [(aside, _)] = shunted(house)
    with house.house.unit() as ctx:
        assert ctx.uow.deliveries.retry(aside)
        ctx.uow.commit()
    assert house.worker.run_once() == 1
    assert outcomes(house) == {"held": 3}
    with house.house.unit() as ctx:
        assert ctx.uow.deliveries.get(aside).traceback == ""


@pytest.mark.usefixtures("quick")
def test_a_database_that_is_locked_for_a_while_shunts_nothing(house: TestHouse) -> None:
    other = open_database(house.settings.database_url)
    _be_impatient(house.house.database.engine)
    house.spool(mail(), LIST)
    with capture_logs() as lines:
        with other.engine.begin():
            worker = make_worker(house.house, lambda: None)
            worker.start()
            wait_until(lambda: sum(line["event"] == "store_away" for line in lines) > PATIENCE)
        assert worker.wait_until_done(10)
        worker.stop()
    other.close()
    assert outcomes(house) == {"held": 1}


@pytest.mark.usefixtures("quick")
def test_a_database_that_fails_in_the_middle_of_a_mail_shunts_nothing(
    house: TestHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk is seen only when something is written."""
    left = iter(range(PATIENCE - 1))

    def handle(incoming: Incoming, ctx: Context) -> Outcome:
        outcome = HANDLERS[Kind.CONTRIBUTION](incoming, ctx)
        if next(left, None) is not None:
            raise OperationalError("INSERT", None, Exception("database or disk is full"))
        return outcome

    replace(monkeypatch, handle)
    spool_three(house)
    worker = make_worker(house.house, lambda: None)
    worker.start()
    assert worker.wait_until_done(10)
    worker.stop()
    assert outcomes(house) == {"held": 3}


@pytest.mark.usefixtures("quick")
def test_a_mail_that_the_database_never_takes_is_set_aside_in_the_end(
    house: TestHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace(monkeypatch, fail_on("Bad", OperationalError("INSERT", None, Exception("too many variables"))))
    spool_three(house)
    worker = make_worker(house.house, lambda: None)
    worker.start()
    assert worker.wait_until_done(10)
    worker.stop()
    assert outcomes(house) == {"held": 2, "shunted": 1}


def test_an_outcome_that_was_kept_stands_although_the_commit_said_otherwise(
    house: TestHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A connection that dies in its commit: the database has it, and we are told that it failed."""

    def handle(incoming: Incoming, ctx: Context) -> Outcome:
        outcome = HANDLERS[Kind.CONTRIBUTION](incoming, ctx)
        ctx.uow.deliveries.finish(incoming.delivery, outcome.name, kind="contribution")
        ctx.uow.commit()
        raise ConnectionResetError

    replace(monkeypatch, handle)
    house.spool(mail(), LIST)
    house.worker.run_once()
    assert outcomes(house) == {"held": 1}


def test_a_calendar_that_fails_does_not_stop_the_mail(
    house: TestHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: Context) -> Any:
        raise KeyError("a phase that nobody expected")

    monkeypatch.setattr(phase, "find_due_now", fail)
    with capture_logs() as lines:
        worker = make_worker(house.house, lambda: None)
        worker.start()
        assert worker.wait_until_done(10)
        house.spool(mail(), LIST)
        worker.wake()
        assert worker.wait_until_done(10)
        worker.stop()
    assert outcomes(house) == {"held": 1}
    assert {line["event"] for line in lines} == {"calendar_failed", "handled"}


def test_two_workers_on_one_database_handle_each_mail_once(house: TestHouse) -> None:
    for number in range(40):
        house.spool(mail(f"Text number {number}, with words.\n", message_id=f"m{number}"), LIST)
    handled = _work_together(make_worker(house.house, lambda: None), make_worker(house.house, lambda: None))
    assert sum(handled) == 40
    assert outcomes(house) == {"held": 40}
    assert [sent.kind for sent in house.outbox()].count("held") == 40


def test_two_daemons_announce_an_opening_once(house: TestHouse) -> None:
    house.now = OPENING
    _work_together(*(make_worker(house.house, lambda: None) for _ in range(4)))
    openings = [sent for sent in house.outbox() if sent.kind == "opening"]
    assert sorted(sent.header("Content-Language") for sent in openings) == ["en", "es", "fr"]


def test_mail_is_handled_oldest_first(house: TestHouse) -> None:
    house.now = START + timedelta(hours=1)
    house.spool(mail(subject="Second", message_id="b"), LIST)
    house.now = START
    house.spool(mail("Earlier, with other words.\n", subject="First", message_id="a"), LIST)
    house.now = START + timedelta(hours=2)
    house.worker.run_once()
    with house.house.database.engine.connect() as connection:
        rows = connection.execute(select(col(Revision.title)).order_by(col(Revision.id))).scalars()
        assert list(rows) == ["First", "Second"]


def test_stopping_ends_after_the_mail_in_hand(house: TestHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def handle(incoming: Incoming, ctx: Context) -> Outcome:
        begun.set()
        assert go_on.wait(10)
        return HANDLERS[Kind.CONTRIBUTION](incoming, ctx)

    replace(monkeypatch, handle)
    spool_three(house)
    worker = make_worker(house.house, lambda: None)
    worker.start()
    assert begun.wait(10)
    stopping = threading.Thread(target=worker.stop)
    stopping.start()
    wait_until(lambda: worker._stopping)
    go_on.set()
    stopping.join()
    assert outcomes(house) == {"held": 1, "waiting": 2}


def _work_together(*workers: Worker) -> list[int]:
    """All at once, from one start line."""
    line = threading.Barrier(len(workers))
    handled: list[int] = []

    def work(worker: Worker) -> None:
        line.wait(10)
        handled.append(worker.run_once())

    threads = [threading.Thread(target=work, args=(worker,)) for worker in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(handled) == len(workers), "one of them failed"
    return handled


def _be_impatient(engine: Engine) -> None:
    """Wait for a lock a hundredth of a second, on every connection from now on."""
    engine.dispose()

    def configure(connection: Any, _: object) -> None:
        connection.execute("PRAGMA busy_timeout = 10")

    event.listen(engine, "connect", configure)


def test_a_notice_that_cannot_be_written_does_not_keep_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = TestHouse(tmp_path, now=datetime(2013, 6, 30, tzinfo=UTC))
    write = phase.enqueue_announcement

    def fail_in_spanish(
        ctx: Context, announced: Any, kind: str, occasion: str, language: str, at: Any
    ) -> Any:
        if language == "es":
            raise KeyError("a text that nobody expected")
        return write(ctx, announced, kind, occasion, language, at)

    monkeypatch.setattr(phase, "enqueue_announcement", fail_in_spanish)
    with capture_logs() as lines:
        house.tick(datetime(2013, 7, 1, 8, tzinfo=UTC))
    assert [sent.header("Content-Language") for sent in house.outbox()] == ["en", "fr"]
    assert "announcement_failed" in {line["event"] for line in lines}
    monkeypatch.undo()
    house.tick(datetime(2013, 7, 1, 8, 1, tzinfo=UTC))
    assert [sent.header("Content-Language") for sent in house.outbox()] == ["es"]
    house.close()
