"""What the spool has promised is on disk, once."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import Future
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlmodel import col

from store.database import Database, open_database
from store.spool import ACCEPTED, GROUP, Envelope, Spool, identify
from store.tables import Counter, Delivery, Message

NOW = datetime(2013, 9, 9, 8, tzinfo=UTC)
MAIL = b"From: ana@example.org\r\nMessage-ID: <1@example.org>\r\nSubject: Seeds\r\n\r\nWe keep seeds.\r\n"


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
    with pytest.raises(sqlite3.OperationalError):
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


@pytest.mark.parametrize("number", [1, 13, GROUP, 2 * GROUP + 3])
def test_any_number_of_mails_is_stored_row_by_row(database: Database, number: int) -> None:
    mails = [MAIL.replace(b"<1@", b"<%d@" % one) for one in range(number)]
    lists = [f"sse-fr+c{one}@forum.example.org" for one in range(1, number + 1)]
    spool_all(database, *(envelope(raw, to) for raw, to in zip(mails, lists, strict=True)))
    assert rows(database) == (number, [(to, 1) for to in lists], number)
    with database.engine.connect() as connection:
        query = select(col(Message.raw), col(Message.message_id), col(Message.first_seen_at)).order_by(
            col(Message.raw)
        )
        found = [tuple(row) for row in connection.execute(query)]
    assert found == sorted((raw, f"<{one}@example.org>", NOW) for one, raw in enumerate(mails))


def test_copies_within_a_group_and_after_it_add_up(database: Database) -> None:
    upper = "SSE-FR@forum.example.org"
    spool_all(database, envelope(), envelope(MAIL, "sse-fr@forum.example.org", upper))
    spool_all(database, envelope())
    assert rows(database) == (1, [("sse-fr@forum.example.org", 4)], 4)


def test_a_locked_database_refuses_all_that_wait_at_once_and_then_stores_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("store.database.BUSY_SECONDS", 1)
    database = open_database(f"sqlite:///{tmp_path}/forum.db")
    spool = Spool(database, lambda: None)
    with database.engine.begin():
        futures = [spool.submit(envelope(MAIL, f"sse-fr+c{one}@forum.example.org")) for one in range(1, 20)]
        began = time.monotonic()
        spool.start()
        for future in futures:
            with pytest.raises(OperationalError, match="locked"):
                future.result(timeout=20)
        assert time.monotonic() - began < 10
    assert spool.submit(envelope()).result(timeout=20) == 1
    spool.stop()
    assert rows(database)[2] == 1
    database.close()


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
    [
        b"Received: x",
        b"Return-Path: <a@example.org>",
        b"Delivered-To: a@example.org",
        b"Envelope-to: a@example.org",
        b"Delivery-date: Mon, 9 Sep 2013 08:00:00 +0000",
        b"X-Rspamd-Score: 1",
        b"Authentication-Results: mx; spf=pass",
    ]
)


@given(st.binary(max_size=200), st.lists(HEADER, max_size=4))
def test_what_servers_add_on_the_way_changes_no_identity(body: bytes, added: list[bytes]) -> None:
    mail = b"Subject: Seeds\nMessage-ID: <1@example.org>\n\n" + body
    assert identify(b"".join(line + b"\r\n" for line in added) + mail) == identify(mail)


@given(st.binary(max_size=400))
def test_every_content_has_an_identity(content: bytes) -> None:
    assert len(identify(content).content_hash) == 64
