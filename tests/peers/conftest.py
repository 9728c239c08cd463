"""A real PostgreSQL for the tests of this folder, and a forum whose database is in it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house import FORUM, TestHouse
from tests.peers.postgresql import PostgreSQL


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    """One server; each test that wants one makes a database of its own."""
    with PostgreSQL.running() as running:
        yield running


@pytest.fixture
def house(tmp_path: Path, postgresql: PostgreSQL) -> Iterator[TestHouse]:
    """A forum on PostgreSQL."""
    house = TestHouse(tmp_path, postgresql.place(FORUM))
    yield house
    house.close()
