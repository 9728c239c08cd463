"""Commits incoming mail before its edge answers 250: one writer thread, grouped commits.

Whatever waits while one transaction is written goes into the next one together, so that many connections share
one fdatasync (after chasquid's queue, which writes before it names an id).
"""

import hashlib
import re
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime
from queue import SimpleQueue

from sqlalchemy import Connection
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import SQLModel

from store.database import Database
from store.tables import Counter, Delivery, Message

GROUP = 64
"""Envelopes in one transaction at the most."""
ACCEPTED = "accepted"
"""The counter that `reconcile` compares the outcomes with."""

_TRACE = re.compile(
    rb"(?:received|received-spf|return-path|delivered-to|x-original-to|x-envelope-to|authentication-results"
    rb"|arc-[a-z-]+|x-spam-[a-z-]+|x-virus-[a-z-]+|x-uid|x-uidl|x-keywords|status|x-status|x-received)[ \t]*:",
    re.IGNORECASE,
)
_MESSAGE_ID = re.compile(rb"message-id[ \t]*:\s*(<[^<>\r\n]{1,990}>)", re.IGNORECASE)
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
    fields = [field for field in _FIELD.split(head) if field and not _TRACE.match(field)]
    found = next((match for field in fields if (match := _MESSAGE_ID.match(field))), None)
    digest = hashlib.sha256(b"".join(field.rstrip(b"\n") + b"\n" for field in fields))
    digest.update(separator[:1] + body.rstrip(b"\n"))
    return Identity(found[1].decode("utf-8", "replace") if found else "", digest.hexdigest())


class Spool:
    """Accepts envelopes from any thread; `on_stored` is called in the writer's thread after each commit."""

    def __init__(self, database: Database, on_stored: Callable[[], None]) -> None:
        self._engine = database.engine
        self._on_stored = on_stored
        self._queue: SimpleQueue[tuple[Envelope, Future[int]] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._write, name="spool", daemon=True)
        insert = postgresql.insert if self._engine.dialect.name == "postgresql" else sqlite.insert
        tables = SQLModel.metadata.tables
        self._insert_message = insert(tables[str(Message.__tablename__)]).on_conflict_do_nothing()
        deliveries = tables[str(Delivery.__tablename__)]
        self._insert_delivery = insert(deliveries).on_conflict_do_update(
            index_elements=[deliveries.c.key], set_={"copies": deliveries.c.copies + 1}
        )
        counters = tables[str(Counter.__tablename__)]
        add = insert(counters)
        self._count = add.on_conflict_do_update(
            index_elements=[counters.c.name], set_={"value": counters.c.value + add.excluded.value}
        )

    def start(self) -> None:
        """Start the writer."""
        self._thread.start()

    def stop(self) -> None:
        """Write what was submitted, then end."""
        self._queue.put(None)
        self._thread.join()

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

    def _commit(self, group: list[tuple[Envelope, "Future[int]"]]) -> None:
        try:
            with self._engine.begin() as connection:
                self._insert(connection, [envelope for envelope, _ in group])
        except Exception as error:  # whatever it is, the edge must answer 451 and the thread must go on
            if len(group) == 1:
                group[0][1].set_exception(error)
            # One envelope that cannot be stored must not refuse its neighbours.
            for item in group if len(group) > 1 else ():
                self._commit([item])
            return
        for envelope, future in group:
            future.set_result(len(envelope.rcpt_tos))
        self._on_stored()

    def _insert(self, connection: Connection, envelopes: list[Envelope]) -> None:
        messages: list[dict[str, object]] = []
        deliveries: list[dict[str, object]] = []
        for envelope in envelopes:
            identity = identify(envelope.content)
            messages.append(
                {
                    "id": identity.content_hash,
                    "message_id": identity.message_id,
                    "raw": envelope.content,
                    "size": len(envelope.content),
                    "first_seen_at": envelope.received_at,
                }
            )
            deliveries.extend(
                {
                    "key": identity.key(recipient),
                    "message": identity.content_hash,
                    "recipient": recipient,
                    "mail_from": envelope.mail_from,
                    "edge": envelope.edge,
                    "received_at": envelope.received_at,
                    "live": envelope.live,
                    "copies": 1,
                    "kind": "",
                    "reason": "",
                    "traceback": "",
                }
                for recipient in envelope.rcpt_tos
            )
        connection.execute(self._insert_message, messages)
        connection.execute(self._insert_delivery, deliveries)
        connection.execute(self._count, {"name": ACCEPTED, "value": len(deliveries)})
