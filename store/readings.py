"""How far each address has read which long text: what "next" goes on from.

A long text that was published goes to a whole list in its first part. That is not written down for each reader: where
it came after what an address asked for last, the outbox says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from store.sql import insert_into, size_of
from store.tables import Contribution, Outgoing, OutgoingRecipient, Reading, Revision, Version


@dataclass(frozen=True, slots=True)
class Place:
    """`part` of `parts` is what an address has had; `command` the English line that asks for the text, without a part."""

    command: str
    part: int
    parts: int
    read_at: datetime


@dataclass(frozen=True, slots=True)
class Pushed:
    """A long text whose first part an address has had, from a list: number and language."""

    number: int
    language: str


class Readings:
    """One place for each address: that of the long text which it had last."""

    def __init__(self, session: Session, now: datetime) -> None:
        self._session = session
        self._now = now

    def find(self, email: str) -> Place | None:
        """Where an address is in what it asked for last."""
        query = select(
            col(Reading.command), col(Reading.part), col(Reading.parts), col(Reading.read_at)
        ).where(col(Reading.email) == email)
        row = self._session.execute(query).first()
        return Place(row[0], row[1], row[2], row[3]) if row else None

    def keep(self, email: str, command: str, part: int, parts: int) -> None:
        """An address has now had `part` of `parts` of what `command` asks for."""
        row = {"command": command, "part": part, "parts": parts, "read_at": self._now}
        insert = insert_into(self._session, Reading).values(email=email, **row)
        self._session.execute(insert.on_conflict_do_update(index_elements=[col(Reading.email)], set_=row))

    def find_pushed(
        self, email: str, kinds: Sequence[str], longer_than: int, since: datetime | None
    ) -> Pushed | None:
        """The last text of more than so many bytes that a list mail of these kinds brought an address since an instant."""
        query = (
            select(col(Contribution.number), col(Version.language))
            .select_from(Outgoing)
            .join(OutgoingRecipient, col(OutgoingRecipient.outgoing_id) == col(Outgoing.id))
            .join(Revision, col(Revision.id) == col(Outgoing.revision_id))
            .join(Version, col(Version.id) == col(Revision.version_id))
            .join(Contribution, col(Contribution.id) == col(Version.contribution_id))
            .where(
                col(OutgoingRecipient.email) == email,
                col(Outgoing.kind).in_(kinds),
                size_of(self._session, col(Revision.text)) > longer_than,
                col(Contribution.number).is_not(None),
            )
            .order_by(col(Outgoing.id).desc())
            .limit(1)
        )
        if since is not None:
            query = query.where(col(Outgoing.created_at) > since)
        row = self._session.execute(query).first()
        return Pushed(row[0], row[1]) if row else None
