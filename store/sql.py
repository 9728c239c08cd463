"""What SQLite and PostgreSQL spell in two ways, and ids of rows that are in the database."""

from typing import Any

from sqlalchemy import ColumnElement, LargeBinary, cast, func
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session


def insert_into(session: Session, table: Any) -> Any:
    """An INSERT that knows ON CONFLICT, in the dialect of the session's database."""
    dialect = session.get_bind().dialect.name
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


def id_of(row: Any) -> int:
    """The id of a row that was flushed; ValueError for one that was not."""
    if row.id is None:
        raise ValueError("this row is not in the database yet")
    return int(row.id)


def size_of(session: Session, text: Any) -> ColumnElement[int]:
    """The size of a text in bytes of UTF-8."""
    if session.get_bind().dialect.name == "postgresql":
        return func.octet_length(text)
    # octet_length() came with SQLite 3.43; the length of a blob is in bytes.
    return func.length(cast(text, LargeBinary))
