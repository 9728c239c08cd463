"""A forum for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house import TestHouse


@pytest.fixture
def house(tmp_path: Path) -> Iterator[TestHouse]:
    """A forum whose first phase is open."""
    house = TestHouse(tmp_path)
    yield house
    house.close()
