"""What the spool has promised is on disk, once."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Future
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col

from store.database import Database, open_database
from store.spool import ACCEPTED, Envelope, Spool, identify
from store.tables import Counter, Delivery, Message

NOW = datetime(2013, 9, 9, 8, tzinfo=UTC)
MAIL = b"From: ana@example.org\r\nMessage-ID: <1@example.org>\r\nSubject: Seeds\r\n\r\nWe keep seeds.\r\n"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = open_database(f"sqlite:///{tmp_path}/forum.db")
    yield opened
    opened.close()


def envelope(content: bytes = MAIL, *rcpt_tos: str) -> Envelope:
    return Envelope("ana@example.org", rcpt_tos or ("sse-fr@forum.example.org",), content, NOW, "smtp")


def spool_all(database: Database, *envelopes: Envelope) -> list[Future[int]]:
    spool = Spool(database, lambda: None)
    futures = [spool.submit(one) for one in envelopes]
    spool.start()
    spool.stop()
    return futures


def rows(database: Database) -> tuple[int, list[tuple[str, int]], int]:
    """Messages, (recipient, copies) of each delivery, and the counter of what was accepted."""
    with database.engine.connect() as connection:
        messages = len(connection.execute(select(col(Message.id))).all())
        found = connection.execute(
            select(col(Delivery.recipient), col(Delivery.copies)).order_by(col(Delivery.id))
        )
        deliveries = [(recipient, copies) for recipient, copies in found]
        accepted = connection.execute(
            select(col(Counter.value)).where(col(Counter.name) == ACCEPTED)
        ).scalar()
    return messages, deliveries, accepted or 0


def test_a_message_to_three_lists_is_one_message_and_three_deliveries(database: Database) -> None:
    (future,) = spool_all(database, envelope(MAIL, "a@x.example.org", "b@x.example.org", "c@x.example.org"))
    assert future.result() == 3
    messages, deliveries, accepted = rows(database)
    assert (messages, len(deliveries), accepted) == (1, 3, 3)


def test_the_same_mail_again_is_the_same_delivery_and_is_accounted_for(database: Database) -> None:
    again = b"Received: from mx.example.net\r\n\tby forum.example.org\r\n" + MAIL.replace(b"\r\n", b"\n")
    spool_all(database, envelope(MAIL), envelope(again), envelope(again))
    assert rows(database) == (1, [("sse-fr@forum.example.org", 3)], 3)


def test_the_same_message_id_with_other_content_is_another_message(database: Database) -> None:
    spool_all(database, envelope(MAIL), envelope(MAIL.replace(b"seeds", b"weeds")))
    assert rows(database)[0] == 2
    assert len(rows(database)[1]) == 2


def test_what_cannot_be_stored_is_refused_and_the_next_is_stored(database: Database) -> None:
    calls: list[None] = []
    spool = Spool(database, lambda: calls.append(None))
    spool.start()
    with database.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE delivery RENAME TO elsewhere")
    with pytest.raises(SQLAlchemyError):
        spool.submit(envelope()).result(timeout=20)
    with database.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE elsewhere RENAME TO delivery")
    assert spool.submit(envelope()).result(timeout=20) == 1
    spool.stop()
    assert rows(database) == (1, [("sse-fr@forum.example.org", 1)], 1)
    assert len(calls) == 1


def test_one_envelope_that_cannot_be_stored_does_not_refuse_its_neighbours(database: Database) -> None:
    bad = envelope(MAIL, "\udcff@forum.example.org")
    first, second, third = spool_all(database, envelope(), bad, envelope(MAIL.replace(b"<1@", b"<2@")))
    assert (first.result(), third.result()) == (1, 1)
    with pytest.raises(UnicodeEncodeError):
        second.result()
    assert rows(database)[2] == 2


CHILD = """
import sys
from datetime import UTC, datetime
from store.database import open_database
from store.spool import Envelope, Spool
spool = Spool(open_database(sys.argv[1]), lambda: None)
spool.start()
for number in range(100000):
    mail = f"Message-ID: <{number}@example.org>\\n\\n{number}".encode()
    now = datetime(2013, 9, 9, 8, tzinfo=UTC)
    spool.submit(Envelope("", ("sse-fr@forum.example.org",), mail, now, "smtp")).result()
    print(number, flush=True)
"""


def test_kill_9_loses_nothing_that_was_promised(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/forum.db"
    open_database(url).close()
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    with subprocess.Popen(
        [sys.executable, "-c", CHILD, url], stdout=subprocess.PIPE, text=True, env=environment
    ) as child:
        assert child.stdout
        promised = [int(child.stdout.readline()) for _ in range(25)]
        child.send_signal(signal.SIGKILL)
        promised += [int(line) for line in child.stdout if line.endswith("\n")]
    database = open_database(url)
    messages, deliveries, accepted = rows(database)
    database.close()
    # At most one more was committed than its promise could be told.
    assert messages == len(deliveries) == accepted
    assert len(promised) <= messages <= len(promised) + 1


HEADER = st.sampled_from(
    [b"Received: x", b"Return-Path: <a@example.org>", b"Authentication-Results: mx; spf=pass"]
)


@given(st.binary(max_size=200), st.lists(HEADER, max_size=4))
def test_what_servers_add_on_the_way_changes_no_identity(body: bytes, added: list[bytes]) -> None:
    mail = b"Subject: Seeds\nMessage-ID: <1@example.org>\n\n" + body
    assert identify(b"".join(line + b"\r\n" for line in added) + mail) == identify(mail)


@given(st.binary(max_size=400))
def test_every_content_has_an_identity(content: bytes) -> None:
    assert len(identify(content).content_hash) == 64
