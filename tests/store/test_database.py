"""The database opens durable, refuses what it does not know, and matches the tables."""

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text
from sqlmodel import SQLModel

from store.database import StoreError, open_database, upgrade_database
from store.search import is_compared


def test_a_new_database_is_durable_and_as_the_tables_say(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path}/forum.db")
    with database.engine.connect() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
        assert pragmas == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}
        context = MigrationContext.configure(connection, opts={"include_name": is_compared})
        assert compare_metadata(context, SQLModel.metadata) == []
    database.close()


def test_an_older_schema_is_refused_in_one_line_and_can_be_upgraded(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/forum.db"
    database = open_database(url)
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    database.close()
    with pytest.raises(StoreError, match=r"its schema is 0000, not \d+ \(manyvoices db upgrade\)$"):
        open_database(url)


def test_a_newer_schema_is_refused_in_one_line(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/forum.db"
    database = open_database(url)
    with database.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    database.close()
    with pytest.raises(StoreError, match=r"its schema is 9999, newer than this program's \d+$"):
        open_database(url)


def test_a_missing_database_is_not_made_where_it_is_only_read(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/forum.db"
    with pytest.raises(StoreError, match="there is no database yet"):
        open_database(url, create=False)
    upgrade_database(url)
    open_database(url, create=False).close()


@pytest.mark.parametrize("name", ["missing/forum.db", "text.db"])
def test_what_cannot_be_opened_is_one_line(tmp_path: Path, name: str) -> None:
    (tmp_path / "text.db").write_text("This is no database. " * 100)
    with pytest.raises(StoreError) as caught:
        open_database(f"sqlite:///{tmp_path}/{name}")
    assert "cannot be opened" in str(caught.value)
    assert "\n" not in str(caught.value)
