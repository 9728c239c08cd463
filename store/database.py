"""Opens the database and keeps its schema: SQLite in WAL mode with full durability, or PostgreSQL.

Every SQLite transaction begins IMMEDIATE: a deferred one that reads and then writes fails with
"database is locked" as soon as a second process writes (measured: 323 of 400).
"""

import sqlite3
import time
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, event, inspect
from sqlalchemy.exc import SQLAlchemyError

import store.tables  # noqa: F401  (the tables must be known before anything asks the metadata)

MIGRATIONS = Path(__file__).parent / "migrations"
BUSY_SECONDS = 10
WAL_ATTEMPTS = 50


class StoreError(Exception):
    """The database cannot be used; the text is one clear line."""


class Database:
    """An open database whose schema is the one this program knows."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def close(self) -> None:
        """Give the connections back."""
        self.engine.dispose()


def open_database(url: str, *, create: bool = True) -> Database:
    """Open a database; a new one is created whole. StoreError for one that is away, older or newer."""
    engine = _make_engine(url)
    try:
        with engine.connect() as connection:
            empty = not inspect(connection).get_table_names()
            found = MigrationContext.configure(connection).get_current_revision()
            connection.rollback()
        if empty and create:
            _upgrade(engine)
        elif empty:
            raise StoreError(f"{_name(url)}: there is no database yet (manyvoices run creates it)")
        elif (found or "") > (head := _head()):
            raise StoreError(f"{_name(url)}: its schema is {found}, newer than this program's {head}")
        elif found != head:
            raise StoreError(
                f"{_name(url)}: its schema is {found or 'unknown'}, not {head} (manyvoices db upgrade)"
            )
    except (SQLAlchemyError, sqlite3.Error) as error:
        engine.dispose()
        raise StoreError(f"{_name(url)}: cannot be opened: {_cause(error)}") from error
    except StoreError:
        engine.dispose()
        raise
    return Database(engine)


def upgrade_database(url: str) -> None:
    """Bring an older schema, or an empty database, up to date."""
    engine = _make_engine(url)
    try:
        _upgrade(engine)
    except SQLAlchemyError as error:
        raise StoreError(f"{_name(url)}: cannot be upgraded: {_cause(error)}") from error
    finally:
        engine.dispose()


def make_engine(url: str) -> Engine:
    """An engine with the settings that durability needs; nothing is opened yet."""
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _configure_sqlite)
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    return engine


def _make_engine(url: str) -> Engine:
    """An engine; StoreError for an address that is none, or whose driver is not installed."""
    try:
        return make_engine(url)
    except (ValueError, ImportError, SQLAlchemyError) as error:
        raise StoreError(f"{_name(url)}: cannot be opened: {_cause(error)}") from error


def _configure_sqlite(connection: Any, _record: object) -> None:
    # The driver must not begin transactions on its own, so that ours can begin IMMEDIATE.
    connection.isolation_level = None
    for pragma in (
        f"busy_timeout = {BUSY_SECONDS * 1000}",
        "synchronous = FULL",
        "foreign_keys = ON",
        # What is deleted is overwritten: who is forgotten is not to be found in the file either.
        "secure_delete = ON",
    ):
        connection.execute(f"PRAGMA {pragma}")
    _use_wal(connection)


def _use_wal(connection: Any) -> None:
    """WAL mode; changing to it does not wait for another that changes to it, as everything else does."""
    for attempt in range(WAL_ATTEMPTS):
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError:
            if attempt == WAL_ATTEMPTS - 1:
                raise
            time.sleep(0.1)
        else:
            return


def _alembic() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config


def _upgrade(engine: Engine) -> None:
    config = _alembic()
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            # Of two that begin on a new database at once, the second finds it made.
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(6237001)")
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _head() -> str:
    return ScriptDirectory.from_config(_alembic()).get_current_head() or ""


def _name(url: str) -> str:
    return url.rpartition("@")[2] if "@" in url else url


def _cause(error: Exception) -> str:
    return str(getattr(error, "orig", None) or error).splitlines()[0]
