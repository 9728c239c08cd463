"""How far each mailbox is read, in transactions of their own: the edge that reads it has no unit of work."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlmodel import SQLModel

from store.database import Database
from store.tables import ImapFolder

FOLDERS = SQLModel.metadata.tables[ImapFolder.__tablename__]


@dataclass(frozen=True, slots=True)
class Mark:
    """What is done of a mailbox: the messages of one UIDVALIDITY (RFC 3501 §2.3.1.1) up to `last_uid`.

    What the mailbox got before `since` is left alone for good; `seen_at` is when it was last read to its end.
    """

    uid_validity: int
    last_uid: int
    since: datetime
    seen_at: datetime


class Folders:
    """The marks of all mailboxes, by the URL of each (without its password)."""

    def __init__(self, database: Database) -> None:
        self._engine = database.engine

    def find(self, url: str) -> Mark | None:
        """The mark of a mailbox; None for one that was never read."""
        columns = (FOLDERS.c.uid_validity, FOLDERS.c.last_uid, FOLDERS.c.since, FOLDERS.c.seen_at)
        with self._engine.connect() as connection:
            row = connection.execute(select(*columns).where(FOLDERS.c.url == url)).one_or_none()
        return Mark(*row) if row else None

    def remember(self, url: str, mark: Mark) -> None:
        """Keep a mark. Where another daemon got further in the same mailbox, its own stays."""
        values = {name: getattr(mark, name) for name in ("uid_validity", "last_uid", "since", "seen_at")}
        with self._engine.begin() as connection:
            changed = connection.execute(
                update(FOLDERS)
                .where(
                    FOLDERS.c.url == url,
                    (FOLDERS.c.uid_validity != mark.uid_validity) | (FOLDERS.c.last_uid <= mark.last_uid),
                )
                .values(values)
            )
            known = (
                changed.rowcount
                or connection.execute(select(FOLDERS.c.url).where(FOLDERS.c.url == url)).one_or_none()
            )
            if not known:
                connection.execute(insert(FOLDERS).values(url=url, **values))
