"""A mailbox of a real Dovecot that is read into a real spool, for the tests of this folder."""

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from ssl import SSLContext
from typing import Any

import structlog
from sqlalchemy import select
from sqlmodel import col
from structlog.testing import LogCapture

from bridge.edge.imap import ImapEdge
from bridge.edge.mailbox import Account, parse_account
from config.forum import ImapAccount, Settings
from store.database import Database, open_database
from store.folders import Folders, Mark
from store.spool import Spool
from store.tables import Delivery, Message
from tests.bridge.running import wait_until
from tests.peers.dovecot import PASSWORD, Dovecot

USER = "sse@forum.example.org"
LIST = "sse-fr@forum.example.org"


def make_settings(path: Path, **server: Any) -> Settings:
    """A forum with a hosted list and an external one."""
    return Settings.model_validate(
        {
            "server": {"smarthost": "smtp://127.0.0.1:2525", "max_message_size": 100_000, **server},
            "forum": {
                "name": "sse",
                "domain": "forum.example.org",
                "default_language": "fr",
                "organizers": ["organizer@example.org"],
                "title": {"fr": "Territoires"},
            },
            "lists": [
                {"language": "fr", "address": LIST},
                {"language": "es", "address": "sse-es@lists.example.net", "hosted": False},
            ],
            "path": path / "forum.toml",
        }
    )


def make_account(dovecot: Dovecot, **changes: Any) -> Account:
    """The mailbox of `USER`; `user`, `scheme`, `host`, `port`, `folder` and what forum.toml may say of it."""
    user = changes.pop("user", "sse%40forum.example.org")
    scheme, host = changes.pop("scheme", "imap"), changes.pop("host", "127.0.0.1")
    port, folder = changes.pop("port", dovecot.imap_port), changes.pop("folder", "INBOX")
    url = f"{scheme}://{user}@{host}:{port}/{folder}"
    item = ImapAccount.model_validate({"url": url, "password_env": "SECRET", **changes})
    return parse_account(item, {"SECRET": PASSWORD})


@dataclass
class Reading:
    """What came of a mailbox."""

    database: Database
    spool: Spool
    folders: Folders
    account: Account
    log: LogCapture

    def stored(self) -> list[tuple[str, bytes]]:
        """Recipient and content of every delivery, oldest first."""
        query = select(col(Delivery.recipient), col(Message.raw)).join(
            Message, col(Message.id) == col(Delivery.message)
        )
        with self.database.engine.connect() as connection:
            return [(row[0], row[1]) for row in connection.execute(query.order_by(col(Delivery.id)))]

    def deliveries(self) -> list[Any]:
        with self.database.engine.connect() as connection:
            return list(connection.execute(select(Delivery.__table__)))  # type: ignore[attr-defined]

    def wait_for(self, number: int) -> list[tuple[str, bytes]]:
        """Until so many deliveries are stored."""
        wait_until(lambda: len(self.stored()) >= number)
        return self.stored()

    def events(self, name: str) -> list[Any]:
        return [entry for entry in list(self.log.entries) if entry["event"] == name]

    def wait_for_event(self, name: str, number: int = 1) -> Any:
        return wait_until(lambda: self.events(name)[number - 1 : number])[0]

    @property
    def mark(self) -> Mark:
        """How far it is read, once anything is."""
        found: Mark = wait_until(lambda: self.folders.find(self.account.url))
        return found


@contextlib.contextmanager
def reading(
    folder: Path,
    account: Account,
    *,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    tls: SSLContext | None = None,
    **server: Any,
) -> Iterator[Reading]:
    """The edge over one mailbox, on a database in a folder, until the end."""
    database = open_database(f"sqlite:///{folder}/forum.db")
    capture = LogCapture()
    log = structlog.wrap_logger(
        None, processors=[capture], wrapper_class=structlog.make_filtering_bound_logger(0)
    )
    spool = Spool(database, lambda: None)
    spool.start()
    found = Reading(database, spool, Folders(database), account, capture)
    edge = ImapEdge([account], make_settings(folder, **server), spool, found.folders, now, log, tls)
    asyncio.run(edge.start())
    try:
        yield found
    finally:
        asyncio.run(edge.stop())
        spool.stop()
        database.close()
    assert not found.events("imap_failed"), found.events("imap_failed")
    assert not found.events("imap_left_behind")


def make_mail(number: int = 1, to: str = LIST) -> bytes:
    """A mail that differs by its number."""
    return (
        f"From: Ana <ana@example.org>\r\nTo: {to}\r\nSubject: Number {number}\r\n"
        f"Message-ID: <m{number}@mail.example.org>\r\n\r\nText {number}.\r\n"
    ).encode()
