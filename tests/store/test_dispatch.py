"""The relay's side of the outbox: who goes first, how many an hour may go, and how few statements it takes."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import Session

from store.database import Database, open_database
from store.dispatch import (
    HOUR,
    LEASE,
    Attempt,
    Batch,
    claim_batches,
    find_next_attempt,
    find_room,
    record_results,
    release_batches,
)
from store.outbox import BULK, FIRST, ORDINARY, Draft, Outbox

NOW = datetime(2013, 9, 9, 7, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SENT = Attempt("sent", "250 2.0.0 Ok")
NUMBERS = count(1)


def enqueue(
    database: Database,
    recipients: Sequence[str],
    priority: int = ORDINARY,
    at: datetime = NOW,
    **changes: Any,
) -> None:
    values: dict[str, Any] = {
        "message_id": f"<n{next(NUMBERS)}@forum.example.org>",
        "kind": "receipt",
        "language": "fr",
        "subject": "Seeds",
        "content": b"Subject: Seeds\r\n\r\nThanks.\r\n",
        "mail_from": "",
        "send_at": at,
        "priority": priority,
    }
    with Session(database.engine) as session:
        Outbox(session, at).enqueue(Draft(**values | changes), recipients)
        session.commit()


def people(name: str, number: int) -> list[str]:
    return [f"{name}{key}@example.net" for key in range(number)]


def emails(batches: Sequence[Batch]) -> list[str]:
    return [recipient.email for batch in batches for recipient in batch.recipients]


def send(database: Database, now: datetime, rate: int | None = None, limit: int = 100) -> list[str]:
    """What one claim sends."""
    batches = claim_batches(database.engine, now, limit=limit, rate=rate)
    for batch in batches:
        record_results(database.engine, batch, dict.fromkeys(emails([batch]), SENT), now)
    return emails(batches)


@contextmanager
def noted(database: Database) -> Iterator[list[tuple[str, Any]]]:
    """The statements that are executed meanwhile, with what they were given."""
    statements: list[tuple[str, Any]] = []

    def note(_c: Any, _cur: Any, statement: str, given: Any, _ctx: Any, many: bool) -> None:
        assert not many, statement
        statements.append((statement, given))

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(database.engine, "before_cursor_execute", note)


def test_announcements_go_first_then_notices_then_what_is_passed_on(database: Database) -> None:
    enqueue(database, ["bulk@example.net"], BULK)
    enqueue(database, ["ordinary@example.net"], ORDINARY, NOW + MINUTE)
    enqueue(database, ["first@example.net"], FIRST, NOW + 2 * MINUTE)
    enqueue(database, ["earlier@example.net"], ORDINARY)
    found = [email for _ in range(4) for email in send(database, NOW + HOUR, limit=1)]
    assert found == [f"{name}@example.net" for name in ("first", "earlier", "ordinary", "bulk")]


def test_what_waits_an_hour_longer_is_not_overtaken_by_a_notice(database: Database) -> None:
    enqueue(database, ["bulk@example.net"], BULK)
    enqueue(database, ["sooner@example.net"], ORDINARY, NOW + HOUR - MINUTE)
    enqueue(database, ["later@example.net"], ORDINARY, NOW + HOUR + MINUTE)
    assert send(database, NOW + 2 * HOUR) == ["sooner@example.net", "bulk@example.net", "later@example.net"]


def test_where_notices_alone_fill_the_hour_publications_still_go_out(database: Database) -> None:
    enqueue(database, people("reader", 20), BULK)
    sent: list[str] = []
    for number in range(8 * 6):
        now = NOW + 10 * number * MINUTE
        enqueue(database, people(f"notice{number}-", 2), ORDINARY, now)
        sent += send(database, now, rate=12)
    assert {name for name in sent if name.startswith("reader")} == set(people("reader", 20))
    assert len([name for name in sent if name.startswith("notice")]) >= 48


def test_no_more_are_claimed_than_the_hour_has_left(database: Database) -> None:
    enqueue(database, people("p", 25))
    assert len(send(database, NOW, rate=10)) == 10
    assert send(database, NOW, rate=10) == []
    assert find_room(database.engine, NOW, 10) == NOW + HOUR
    assert send(database, NOW + HOUR - MINUTE, rate=10) == []
    assert find_room(database.engine, NOW + HOUR, 10) is None
    assert len(send(database, NOW + HOUR, rate=10)) == 10
    assert len(send(database, NOW + 3 * HOUR, rate=10)) == 5
    assert find_next_attempt(database.engine) is None


def test_the_window_slides_with_every_recipient_that_leaves_it(database: Database) -> None:
    enqueue(database, people("p", 20))
    assert len(send(database, NOW, rate=5, limit=2)) == 2
    assert len(send(database, NOW + 20 * MINUTE, rate=5)) == 3
    assert find_room(database.engine, NOW + 20 * MINUTE, 5) == NOW + HOUR
    assert len(send(database, NOW + HOUR, rate=5)) == 2
    assert find_room(database.engine, NOW + HOUR, 5) == NOW + HOUR + 20 * MINUTE
    # A smaller rate than was sent at: the hour is full until enough have left it.
    assert find_room(database.engine, NOW + HOUR, 1) == NOW + 2 * HOUR


def test_a_restart_does_not_forget_what_was_sent(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/forum.db"
    database = open_database(url)
    enqueue(database, people("p", 20))
    assert len(send(database, NOW, rate=10)) == 10
    database.close()
    again = open_database(url)
    assert send(again, NOW + MINUTE, rate=10) == []
    again.close()


def test_what_a_relay_has_in_hand_counts_until_it_is_dead(database: Database) -> None:
    enqueue(database, people("p", 20))
    batches = claim_batches(database.engine, NOW, limit=6, rate=10)
    assert len(emails(claim_batches(database.engine, NOW + MINUTE, limit=100, rate=10))) == 4
    assert claim_batches(database.engine, NOW + MINUTE, rate=10) == []
    assert find_room(database.engine, NOW + MINUTE, 10) == NOW + LEASE + timedelta(microseconds=1)
    release_batches(database.engine, batches)
    assert find_room(database.engine, NOW + MINUTE, 10) is None
    assert len(send(database, NOW + MINUTE, rate=10)) == 6
    # What was in hand when a relay died is first in line again, and takes its own place in the hour.
    assert len(send(database, NOW + MINUTE + LEASE + MINUTE, rate=10)) == 4


def test_two_relays_share_one_hour(database: Database) -> None:
    enqueue(database, people("p", 100))

    def claim(_: int) -> int:
        return len(emails(claim_batches(database.engine, NOW, limit=7, rate=40)))

    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(claim, range(20))) == 40


@pytest.mark.parametrize("rate", [1, 7, 50])
def test_no_hour_ever_has_more_than_the_rate(database: Database, rate: int) -> None:
    sent: list[datetime] = []
    for step in range(60):
        now = NOW + step * 7 * MINUTE
        enqueue(database, people(f"p{step}-", (step * 13) % 11), step % 3, now)
        sent += [now] * len(send(database, now, rate=rate, limit=(step * 5) % 9 + 1))
        assert len([instant for instant in sent if instant > now - HOUR]) <= rate
    assert len(sent) >= rate


def test_a_claim_reads_the_index_in_order_and_sorts_nothing(database: Database) -> None:
    enqueue(database, people("p", 300), BULK)
    enqueue(database, people("q", 30))
    with noted(database) as statements:
        assert len(emails(claim_batches(database.engine, NOW, rate=1_000))) == 100
    plans = explain(database, statements, lambda text: "ORDER BY" in text or "count(" in text)
    assert len(plans) == 6
    for plan in plans:
        assert "outgoing_recipient_due" in plan or "outgoing_recipient_sent" in plan, plan
        assert "SCAN" not in plan, plan
        assert "TEMP B-TREE" not in plan, plan


def explain(
    database: Database, statements: list[tuple[str, Any]], wanted: Callable[[str], bool]
) -> list[str]:
    with database.engine.connect() as connection:
        return [
            "; ".join(
                row[-1] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", given).all()
            )
            for text, given in statements
            if text.startswith("SELECT") and wanted(text)
        ]


@pytest.mark.parametrize("personal", [False, True])
def test_a_hundred_recipients_are_claimed_recorded_and_put_back_in_a_few_statements(
    database: Database, personal: bool
) -> None:
    enqueue(database, people("p", 300), BULK, personal=personal)
    with noted(database) as statements:
        (batch,) = claim_batches(database.engine, NOW)
    assert (len(batch.recipients), batch.personal) == (100, personal)
    assert len([text for text, _ in statements if not text.startswith("BEGIN")]) == 6
    with noted(database) as statements:
        record_results(database.engine, batch, dict.fromkeys(emails([batch]), SENT), NOW)
    assert [text.split()[0] for text, _ in statements if "recipient SET" in text] == ["UPDATE"]
    again = claim_batches(database.engine, NOW)
    with noted(database) as statements:
        release_batches(database.engine, again)
    assert len([text for text, _ in statements if "recipient SET" in text]) == 1
