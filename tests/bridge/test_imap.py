"""The IMAP edge against a real Dovecot: what arrives, what is marked, and what becomes of it when something dies."""

import time
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from imapclient import FLAGGED, SEEN

from bridge.edge import imap
from bridge.edge.intake import FIRST_LOOK
from store.spool import Envelope, Spool
from tests.bridge.mailboxes import LIST, USER, make_account, make_mail, reading
from tests.bridge.running import wait_until
from tests.peers.dovecot import Dovecot


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tries again at once."""
    monkeypatch.setattr(imap, "FIRST_PAUSE", 0.1)
    monkeypatch.setattr(imap, "LONGEST_PAUSE", 0.5)


def flags(dovecot: Dovecot, folder: str = "INBOX") -> dict[int, set[bytes]]:
    with dovecot.connect(USER) as client:
        client.select_folder(folder, readonly=True)
        found = client.get_flags(client.search())
    return {uid: set(said) - {b"\\Recent"} for uid, said in found.items()}


def test_what_lies_there_is_stored_and_then_marked_as_read(tmp_path: Path) -> None:
    with Dovecot.running(lmtp=True) as dovecot:
        dovecot.deliver(make_mail(1), USER, sender="bounces@example.net")
        before = datetime.now(UTC)
        with reading(tmp_path, make_account(dovecot)) as found:
            ((recipient, raw),) = found.wait_for(1)
            wait_until(lambda: found.events("imap_read"))
            delivery = found.deliveries()[0]
        assert recipient == LIST
        assert raw.endswith(make_mail(1))
        assert (delivery.mail_from, delivery.edge, delivery.live) == ("bounces@example.net", "imap", True)
        assert abs(delivery.received_at - before) < timedelta(seconds=5)
        assert flags(dovecot) == {1: {SEEN}}


def test_mail_is_heard_of_under_idle_within_a_second_or_so(tmp_path: Path) -> None:
    with Dovecot.running(lmtp=True) as dovecot, reading(tmp_path, make_account(dovecot)) as found:
        dovecot.deliver(make_mail(0), USER)
        found.wait_for(1)
        waits = []
        for number in range(1, 5):
            time.sleep(0.4 * number)  # at several points of the pieces that an IDLE is cut into
            began = time.monotonic()
            dovecot.deliver(make_mail(number), USER)
            found.wait_for(number + 1)
            waits.append(time.monotonic() - began)
    assert max(waits) < 2.0, waits


def test_mail_that_comes_while_mail_is_read_is_not_left_for_the_next_poll(tmp_path: Path) -> None:
    """Delivered once the first is fetched and before it is marked: the server speaks of it in answer to the mark."""
    calls = count(1)

    with Dovecot.running(lmtp=True) as dovecot:
        dovecot.deliver(make_mail(1), USER)

        def now() -> datetime:
            if next(calls) == 2:
                dovecot.deliver(make_mail(2), USER)
            return datetime.now(UTC)

        with reading(tmp_path, make_account(dovecot), now=now) as found:
            assert len(found.wait_for(2)) == 2


def test_a_server_without_idle_is_asked(tmp_path: Path) -> None:
    with Dovecot.running(lmtp=True, capability="IMAP4rev1 UIDPLUS MOVE") as dovecot:
        with dovecot.connect(USER) as client:
            assert not client.has_capability("IDLE")
        with reading(tmp_path, make_account(dovecot)) as found:
            wait_until(lambda: found.events("imap_first_look"))
            dovecot.deliver(make_mail(), USER)
            found.wait_for(1)


def test_a_dovecot_that_is_killed_under_idle_is_found_again_when_it_is_back(tmp_path: Path) -> None:
    with Dovecot.running(lmtp=True) as dovecot, reading(tmp_path, make_account(dovecot)) as found:
        dovecot.deliver(make_mail(1), USER)
        found.wait_for(1)
        time.sleep(0.2)  # it idles
        dovecot.kill()
        found.wait_for_event("imap_away")
        time.sleep(1.5)  # several tries
        assert len(found.events("imap_away")) <= 3, "one line for each reason, and not for each try"
        dovecot.start()
        dovecot.deliver(make_mail(2), USER)
        assert [raw.endswith(make_mail(n)) for n, (_, raw) in enumerate(found.wait_for(2), 1)] == [True] * 2
        assert [row.copies for row in found.deliveries()] == [1, 1]


def test_a_folder_that_was_deleted_is_waited_for_and_read_anew(tmp_path: Path) -> None:
    with Dovecot.running() as dovecot:
        with dovecot.connect(USER) as client:
            client.create_folder("Forum")
            client.append("Forum", make_mail(1))
            client.append("Forum", make_mail(2))
        with reading(tmp_path, make_account(dovecot, folder="Forum")) as found:
            found.wait_for(2)
            wait_until(lambda: found.mark.last_uid == 2)
            validity = found.mark.uid_validity
            with dovecot.connect(USER) as client:
                client.delete_folder("Forum")
            found.wait_for_event("imap_away")
            with dovecot.connect(USER) as client:
                client.create_folder("Forum")
                client.append("Forum", make_mail(2))
                client.append("Forum", make_mail(3))
            assert len(found.wait_for(3)) == 3
            wait_until(lambda: found.mark.last_uid == 2 and found.mark.uid_validity != validity)
            assert found.events("imap_folder_made_anew")
            assert sorted(row.copies for row in found.deliveries()) == [1, 1, 2]


def test_a_folder_made_anew_with_the_mail_of_last_year_wakes_nobody(tmp_path: Path) -> None:
    """What it had got long before it was last looked at is not read again, also where it differs in a byte."""
    now = datetime.now(UTC)
    last_year = (now - timedelta(days=400)).timestamp()
    with Dovecot.running() as dovecot:
        account = make_account(dovecot, folder="Forum")
        with dovecot.connect(USER) as client:
            client.create_folder("Forum")
        dovecot.fill(USER, [(make_mail(1), last_year)], "Forum")
        for days in (395, 20):
            at = now - timedelta(days=days)
            with reading(tmp_path, account, now=lambda at=at: at) as found:  # type: ignore[misc]
                assert [raw for _, raw in found.wait_for(1)] == [make_mail(1)]
                wait_until(lambda found=found, at=at: found.mark.seen_at == at)  # type: ignore[misc]
        with dovecot.connect(USER) as client:
            client.delete_folder("Forum")
            client.create_folder("Forum")
        dovecot.fill(USER, [(make_mail(11), last_year), (make_mail(12), now.timestamp())], "Forum")
        with reading(tmp_path, account, now=lambda: now) as found:
            assert [raw for _, raw in found.wait_for(2)] == [make_mail(1), make_mail(12)]
            assert found.wait_for_event("imap_old_mail_left_out")["number"] == 1


def test_mail_over_the_limit_is_pointed_out_and_the_rest_is_read(tmp_path: Path) -> None:
    with Dovecot.running() as dovecot:
        large = make_mail(1) + b"x" * 90 + b"\r\n" * 60_000
        for raw in (make_mail(0), large, make_mail(2)):
            dovecot.append(raw, USER)
        with reading(tmp_path, make_account(dovecot)) as found:
            found.wait_for(2)
            wait_until(lambda: found.mark.last_uid == 3)
            assert [raw for _, raw in found.stored()] == [make_mail(0), make_mail(2)]
            assert found.wait_for_event("imap_mail_too_large")["uid"] == 2
        assert flags(dovecot) == {1: {SEEN}, 2: {SEEN, FLAGGED}, 3: {SEEN}}


def test_what_cannot_be_stored_stays_as_it_was_and_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Dovecot.running() as dovecot:
        dovecot.append(make_mail(), USER)
        monkeypatch.setattr(imap, "FIRST_PAUSE", 0.5)
        with reading(tmp_path, make_account(dovecot)) as found:
            found.wait_for(1)
            with found.database.engine.begin() as connection:
                connection.exec_driver_sql("ALTER TABLE delivery RENAME TO elsewhere")
            dovecot.append(make_mail(2), USER)
            line = found.wait_for_event("imap_not_stored")
            assert line["reason"] == "mail cannot be stored: OperationalError"
            assert flags(dovecot) == {1: {SEEN}, 2: set()}
            assert found.mark.last_uid == 1
            with found.database.engine.begin() as connection:
                connection.exec_driver_sql("ALTER TABLE elsewhere RENAME TO delivery")
            found.wait_for(2)
            wait_until(lambda: found.mark.last_uid == 2)
        assert flags(dovecot) == {1: {SEEN}, 2: {SEEN}}


@pytest.mark.parametrize("capability", [None, "IMAP4rev1 IDLE UIDPLUS"])
def test_what_is_stored_moves_to_the_folder_for_it(tmp_path: Path, capability: str | None) -> None:
    """By MOVE (RFC 6851) or by COPY and UID EXPUNGE (RFC 4315); the name is as people write it."""
    with Dovecot.running(capability=capability) as dovecot:
        dovecot.append(make_mail(1), USER)
        with reading(tmp_path, make_account(dovecot, move_to="Déjà lus & rangés")) as found:
            found.wait_for(1)
            dovecot.append(make_mail(2), USER)
            found.wait_for(2)
            wait_until(lambda: found.mark.last_uid == 2)
        assert dovecot.read(USER) == []
        assert dovecot.read(USER, "Déjà lus & rangés") == [make_mail(1), make_mail(2)]
        assert list(flags(dovecot, "Déjà lus & rangés").values()) == [{SEEN}] * 2


def test_a_folder_whose_name_has_accents_is_read(tmp_path: Path) -> None:
    with Dovecot.running() as dovecot:
        with dovecot.connect(USER) as client:
            client.create_folder("Été & idées")
        dovecot.append(make_mail(), USER, "Été & idées")
        with reading(tmp_path, make_account(dovecot, folder="%C3%89t%C3%A9%20&%20idées")) as found:
            found.wait_for(1)


@pytest.mark.parametrize("first", ["smtp", "imap"])
def test_the_same_mail_by_smtp_and_by_imap_is_one_delivery(tmp_path: Path, first: str) -> None:
    """Dovecot's LMTP server adds Return-Path, Delivered-To and Received; the delivery key knows them."""

    def submit(spool: Spool) -> None:
        envelope = Envelope("ana@example.org", (LIST,), make_mail(), datetime.now(UTC), "smtp")
        spool.submit(envelope).result()

    with Dovecot.running(lmtp=True) as dovecot, reading(tmp_path, make_account(dovecot)) as found:
        if first == "smtp":
            submit(found.spool)
        dovecot.deliver(make_mail(), USER)
        wait_until(lambda: found.events("imap_read"))
        if first == "imap":
            submit(found.spool)
        (delivery,) = found.deliveries()
    assert (delivery.edge, delivery.copies, delivery.recipient) == (first, 2, LIST)


def test_mail_that_came_while_nobody_read_was_received_when_the_mailbox_got_it(tmp_path: Path) -> None:
    came = datetime.now(UTC).replace(microsecond=0) - timedelta(days=2)
    with Dovecot.running() as dovecot:
        dovecot.fill(USER, [(make_mail(), came.timestamp())])
        with reading(tmp_path, make_account(dovecot)) as found:
            found.wait_for(1)
            (delivery,) = found.deliveries()
            assert delivery.received_at == came


def test_mail_that_waited_longer_than_the_first_look_is_read_all_the_same(tmp_path: Path) -> None:
    """Only the first start leaves mail out; a daemon that was down for a month has not lost it."""
    now = datetime.now(UTC)
    with Dovecot.running() as dovecot:
        dovecot.append(make_mail(1), USER)
        with reading(tmp_path, make_account(dovecot), now=lambda: now - timedelta(days=60)) as found:
            found.wait_for(1)
            wait_until(lambda: found.mark.last_uid == 1)
        came = now - 4 * FIRST_LOOK
        dovecot.fill(USER, [(make_mail(2), came.timestamp())])
        with reading(tmp_path, make_account(dovecot), now=lambda: now) as found:
            assert found.wait_for(2)[1] == (LIST, make_mail(2))
