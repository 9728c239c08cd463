"""What people want sent: their modes and budgets, as the commands read and change them."""

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlmodel import Session, col

from store.readers import NONE, PHASE
from store.sql import id_of
from store.tables import Address, Person, Postponed

TEXTLESS = (PHASE, NONE)
"""The modes of those who are sent no texts."""


class Wishes:
    """Each is a person's, whichever of their addresses they write from."""

    def __init__(self, session: Session, now: datetime) -> None:
        self._session = session
        self._now = now

    def find(self, email: str) -> Person | None:
        """Whose address this is."""
        query = (
            select(Person)
            .join(Address, col(Address.person_id) == col(Person.id))
            .where(col(Address.email) == email.lower())
        )
        return self._session.execute(query).scalars().first()

    def keep(self, person: Person) -> None:
        """Keep what somebody wants now. Whoever wants no texts any more is not told of those that wait either."""
        self._session.add(person)
        self._session.flush()
        if person.mode in TEXTLESS:
            waiting = (col(Postponed.person_id) == id_of(person)) & col(Postponed.told_at).is_(None)
            self._session.execute(delete(Postponed).where(waiting))

    def end_modes(self) -> int:
        """Whose mode was for a time goes back to the one before; how many."""
        over = col(Person.mode_until) <= self._now
        ended = update(Person).where(over).values(mode=col(Person.mode_after), mode_until=None)
        return int(self._session.connection().execute(ended).rowcount)
