"""Commits incoming mail before its edge answers 250: one writer thread, grouped commits.

Whatever waits while one transaction is written goes into the next one together, so that many connections share
one fdatasync (after chasquid's queue, which writes before it names an id).
"""

import hashlib
import re
import threading
from collections.abc import Callable, Collection
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from queue import SimpleQueue
from typing import NamedTuple

from sqlalchemy import Connection, Dialect, Table, bindparam
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlmodel import SQLModel

from store.database import Database

GROUP = 64
"""Envelopes in one transaction at the most."""
CHECKPOINT_PAGES = 4_000
"""Pages of SQLite's log that the writer lets grow (16 MB) before it copies them: a page written often is copied once."""
ACCEPTED = "accepted"
"""The counter that `reconcile` compares the outcomes with."""

_TRACE = re.compile(
    rb"(?:received|received-spf|return-path|delivered-to|x-delivered-to|x-original-to|x-forwarded-to|x-resolved-to"
    rb"|envelope-to|x-envelope-to|x-envelope-from|delivery-date|authentication-results|arc-[a-z-]+|x-sieve"
    rb"|x-r?spamd?-[a-z-]+|x-virus-[a-z-]+|x-uid|x-uidl|x-keywords|status|x-status|x-received)[ \t]*:",
    re.IGNORECASE,
)
_MESSAGE_ID = re.compile(rb"message-id[ \t]*:\s*(<[^<>\r\n\0]{1,990}>)", re.IGNORECASE)
_FIELD = re.compile(rb"(?m)^(?![ \t])")


@dataclass(frozen=True, slots=True)
class Envelope:
    """One transaction at an edge; `live` is False for what an archive import brings."""

    mail_from: str
    rcpt_tos: tuple[str, ...]
    content: bytes
    received_at: datetime
    edge: str
    live: bool = True


@dataclass(frozen=True, slots=True)
class Identity:
    """What makes a message this message: its Message-ID and the hash of its content without trace headers."""

    message_id: str
    content_hash: str

    def key(self, recipient: str) -> str:
        """The delivery key: the same message at the same address is one delivery."""
        parts = "\0".join((recipient.lower(), self.message_id, self.content_hash))
        return hashlib.sha256(parts.encode("utf-8", "surrogateescape")).hexdigest()


def identify(content: bytes) -> Identity:
    """The identity of a message, however it came: line endings and what servers on the way add do not matter."""
    content = content.replace(b"\r\n", b"\n")
    head, separator, body = content.partition(b"\n\n")
    fields = [field.rstrip(b"\n") for field in _FIELD.split(head) if field and not _TRACE.match(field)]
    found = next((match for field in fields if (match := _MESSAGE_ID.match(field))), None)
    # Every field ends its line; an empty one stands for the last line end.
    content = b"\n".join((*fields, b"")) + separator[:1] + body.rstrip(b"\n")
    return Identity(found[1].decode("utf-8", "replace") if found else "", hashlib.sha256(content).hexdigest())


class Spool:
    """Accepts envelopes from any thread; `on_stored` is called in the writer's thread after each commit."""

    def __init__(self, database: Database, on_stored: Callable[[], None]) -> None:
        self._engine = database.engine
        self._on_stored = on_stored
        self._queue: SimpleQueue[tuple[Envelope, Future[int]] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._write, name="spool", daemon=True)
        self._connection: Connection | None = None
        dialect, tables = self._engine.dialect, SQLModel.metadata.tables
        self._messages = _Inserts(dialect, tables["message"], _Message._fields, "id")
        self._deliveries = _Inserts(dialect, tables["delivery"], _Delivery._fields, "key", adds="copies")
        self._counters = _Inserts(dialect, tables["counter"], _Counter._fields, "name", adds="value")

    def start(self) -> None:
        """Start the writer."""
        self._thread.start()

    def stop(self) -> None:
        """Write what was submitted, then end."""
        self._queue.put(None)
        self._thread.join()

    @property
    def is_running(self) -> bool:
        """Whether there is a thread that would write."""
        return self._thread.is_alive()

    def submit(self, envelope: Envelope) -> "Future[int]":
        """A future that holds the number of deliveries once they are committed, or why they could not be."""
        future: Future[int] = Future()
        self._queue.put((envelope, future))
        return future

    def _write(self) -> None:
        ending = False
        while not ending:
            item = self._queue.get()
            group: list[tuple[Envelope, Future[int]]] = []
            while item is not None:
                group.append(item)
                if len(group) == GROUP or self._queue.empty():
                    break
                item = self._queue.get()
            ending = item is None
            if group:
                self._commit(group)
        self._disconnect()

    def _commit(self, group: list[tuple[Envelope, "Future[int]"]]) -> None:
        begun = False
        try:
            connection = self._connect()
            with connection.begin():
                begun = True
                self._insert(connection, [envelope for envelope, _ in group])
        except Exception as error:  # whatever it is, the edge must answer 451 and the thread must go on
            self._disconnect()
            if begun and len(group) > 1:
                # One envelope that cannot be stored must not refuse its neighbours.
                for item in group:
                    self._commit([item])
                return
            # Where the database is locked or away, each alone would wait for it as long as all have.
            for _, future in group:
                future.set_exception(error)
            return
        for envelope, future in group:
            future.set_result(len(envelope.rcpt_tos))
        self._on_stored()

    def _connect(self) -> Connection:
        """The writer's own connection, kept from group to group; a new one after every failure."""
        if self._connection is None:
            self._connection = self._engine.connect()
            self._connection.detach()
            if self._engine.dialect.name == "sqlite":
                self._connection.exec_driver_sql(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
                self._connection.rollback()
        return self._connection

    def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _insert(self, connection: Connection, envelopes: list[Envelope]) -> None:
        messages: dict[str, _Message] = {}
        deliveries: dict[str, _Delivery] = {}
        accepted = 0
        for envelope in envelopes:
            content, received_at = envelope.content, envelope.received_at
            identity = identify(content)
            message = identity.content_hash
            if message not in messages:
                messages[message] = _Message(message, identity.message_id, content, len(content), received_at)
            for recipient in envelope.rcpt_tos:
                key = identity.key(recipient)
                # One statement may not change a row twice, so copies within the group are added up here.
                if known := deliveries.get(key):
                    deliveries[key] = known._replace(copies=known.copies + 1)
                else:
                    deliveries[key] = _Delivery(
                        key, message, recipient, envelope.mail_from, envelope.edge, received_at, envelope.live
                    )
            accepted += len(envelope.rcpt_tos)
        cursor = connection.connection.cursor()
        self._messages.run(cursor, messages.values())
        self._deliveries.run(cursor, deliveries.values())
        self._counters.run(cursor, [_Counter(ACCEPTED, accepted)])
        cursor.close()


class _Message(NamedTuple):
    id: str
    message_id: str
    raw: bytes
    size: int
    first_seen_at: datetime


class _Delivery(NamedTuple):
    key: str
    message: str
    recipient: str
    mail_from: str
    edge: str
    received_at: datetime
    live: bool
    copies: int = 1
    kind: str = ""
    reason: str = ""
    traceback: str = ""


class _Counter(NamedTuple):
    name: str
    value: int


class _Inserts:
    """Rows for one table, as many in a statement as come; a known key adds to one column, or changes nothing.

    Row by row, the interpreter's lock would change hands twice for each, between this thread and a busy loop; and
    a statement of many rows is compiled by SQLAlchemy each time, so it is kept here as text.
    """

    def __init__(
        self, dialect: Dialect, table: Table, fields: tuple[str, ...], key: str, adds: str | None = None
    ) -> None:
        self._dialect = dialect
        self._table = table
        self._fields = fields
        self._key = key
        self._adds = adds
        self._statements: dict[int, tuple[str, tuple[str, ...] | None]] = {}
        found = [table.c[name].type.dialect_impl(dialect).bind_processor(dialect) for name in fields]
        self._processors = [(index, process) for index, process in enumerate(found) if process]

    def run(self, cursor: DBAPICursor, rows: Collection[tuple[object, ...]]) -> None:
        """Insert them all: 13 rows are a statement of eight, one of four and one of one."""
        width = len(self._fields)
        values = [value for row in rows for value in row]
        for index, process in self._processors:
            values[index::width] = map(process, values[index::width])
        begin = 0
        while begin < len(values):
            number = min(GROUP, 1 << ((len(values) - begin) // width).bit_length() - 1)
            if number not in self._statements:
                self._statements[number] = self._compile(number)
            text, names = self._statements[number]
            end = begin + number * width
            some = tuple(values[begin:end])
            cursor.execute(text, dict(zip(names, some, strict=True)) if names else some)
            begin = end

    def _compile(self, number: int) -> tuple[str, tuple[str, ...] | None]:
        """The statement for a number of rows, and its parameters' names where they have any."""
        insert = postgresql.insert if self._dialect.name == "postgresql" else sqlite.insert
        columns = self._table.c
        names = [[f"{name}_{row}" for name in self._fields] for row in range(number)]
        add = insert(self._table).values(
            [
                {
                    field: bindparam(name, type_=columns[field].type)
                    for field, name in zip(self._fields, row, strict=True)
                }
                for row in names
            ]
        )
        statement = (
            add.on_conflict_do_update(
                index_elements=[self._key],
                set_={self._adds: columns[self._adds] + add.excluded[self._adds]},
            )
            if self._adds
            else add.on_conflict_do_nothing(index_elements=[self._key])
        )
        compiled = statement.compile(dialect=self._dialect)
        return str(compiled), None if self._dialect.positional else tuple(
            name for row in names for name in row
        )
