"""A database for each test, and a unit of work in it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from store.database import Database, open_database
from store.unit import UnitOfWork

NOW = datetime(2013, 7, 2, 8, tzinfo=UTC)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """A new SQLite database in a folder of its own."""
    database = open_database(f"sqlite:///{tmp_path}/forum.db")
    yield database
    database.close()


@pytest.fixture
def uow(database: Database) -> Iterator[UnitOfWork]:
    """A unit of work that is never committed."""
    with UnitOfWork(database, NOW) as uow:
        yield uow
