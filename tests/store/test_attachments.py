"""Contents by their hash: kept once, whoever sends them."""

import hashlib

import pytest

from store.attachments import hash_content
from store.database import Database
from store.unit import UnitOfWork
from tests.store.conftest import NOW


def test_each_content_is_kept_once_and_named_by_its_hash(database: Database) -> None:
    """Within a mail, and from one unit of work to the next; nothing at all is a content too."""
    for _ in range(2):
        with UnitOfWork(database, NOW) as uow:
            names = uow.attachments.keep([b"a well", b"a field", b"a well", b""])
            uow.commit()
    assert names[0] == names[2] == hashlib.sha256(b"a well").hexdigest()
    with UnitOfWork(database, NOW) as uow:
        assert [uow.attachments.get_content(name) for name in names] == [
            b"a well",
            b"a field",
            b"a well",
            b"",
        ]


def test_what_is_not_committed_is_not_kept(database: Database) -> None:
    """It belongs to the text that it came with."""
    with UnitOfWork(database, NOW) as uow:
        uow.attachments.keep([b"a well"])
    with UnitOfWork(database, NOW) as uow, pytest.raises(KeyError):
        uow.attachments.get_content(hash_content(b"a well"))
