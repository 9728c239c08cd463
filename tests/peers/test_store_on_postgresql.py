"""The store's own tests once more, on a real PostgreSQL: the same statements must mean the same there."""

# ruff: noqa: F403 (every test that these modules have)

from collections.abc import Iterator

import pytest
from sqlmodel import SQLModel

from store.database import Database, open_database
from store.unit import UnitOfWork
from tests.peers.postgresql import PostgreSQL
from tests.store.conftest import NOW
from tests.store.test_attachments import *
from tests.store.test_contributions import *
from tests.store.test_counts import *
from tests.store.test_deliveries import *
from tests.store.test_links import *
from tests.store.test_outbox import *
from tests.store.test_people import *
from tests.store.test_readers import *
from tests.store.test_search import *
from tests.store.test_tokens import *
from tests.store.test_vectors import *


@pytest.fixture(scope="module")
def opened() -> Iterator[Database]:
    """One database for all of them: to make its tables takes a second."""
    with PostgreSQL.running() as postgresql:
        opened = open_database(postgresql.create_database())
        yield opened
        opened.close()


@pytest.fixture
def database(opened: Database) -> Database:
    """It, empty again, its ids beginning at 1."""
    tables = ", ".join(table.name for table in SQLModel.metadata.sorted_tables)
    with opened.engine.begin() as connection:
        connection.exec_driver_sql(f"TRUNCATE {tables} RESTART IDENTITY CASCADE")
    return opened


@pytest.fixture
def uow(database: Database) -> Iterator[UnitOfWork]:
    with UnitOfWork(database, NOW) as uow:
        yield uow
