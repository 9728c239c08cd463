"""How far a mailbox is read: kept for each mailbox, and never set back by a second daemon that is slower."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from store.database import Database
from store.folders import Folders, Mark

A, B = "imaps://a@imap.example.org:993/INBOX", "imaps://b@imap.example.org:993/INBOX"
AT = datetime(2026, 1, 10, 8, tzinfo=UTC)
MARK = Mark(uid_validity=4_294_967_295, last_uid=7, since=AT - timedelta(days=7), seen_at=AT)


def test_a_mailbox_that_was_never_read_has_no_mark(database: Database) -> None:
    assert Folders(database).find(A) is None


def test_each_mailbox_has_a_mark_of_its_own(database: Database) -> None:
    folders = Folders(database)
    folders.remember(A, MARK)
    folders.remember(B, replace(MARK, last_uid=9))
    folders.remember(A, replace(MARK, last_uid=8))
    assert folders.find(A) == replace(MARK, last_uid=8)
    assert folders.find(B) == replace(MARK, last_uid=9)


def test_a_daemon_that_is_slower_does_not_set_it_back(database: Database) -> None:
    folders = Folders(database)
    folders.remember(A, MARK)
    folders.remember(A, replace(MARK, last_uid=5))
    found = folders.find(A)
    assert found
    assert found.last_uid == 7


def test_a_folder_that_was_made_anew_begins_at_its_beginning(database: Database) -> None:
    folders = Folders(database)
    folders.remember(A, MARK)
    anew = replace(MARK, uid_validity=1, last_uid=0)
    folders.remember(A, anew)
    assert folders.find(A) == anew
