"""How much of a week's budget is used. What is pushed counts, in bytes as written, headers included.

List mail leaves with a return path, what somebody asked for with none: that is how the two are told apart.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlmodel import Session, col

from store.tables import Address, Outgoing, OutgoingRecipient, Person

CANCELLED = "cancelled"


def select_over(size: int, since: datetime) -> Select[Any]:
    """The ids of those whose budget since an instant has no room for so many bytes more."""
    over = col(Person.budget) < _used(since) + size
    return select(col(Person.id)).where(col(Person.budget).is_not(None), over)


def _used(since: datetime) -> ColumnElement[int]:
    """Bytes that the person of the statement around it was pushed since an instant.

    From the person to their addresses to the mails: whoever has no budget costs nothing, however many readers there are.
    """
    first = select(func.min(col(Outgoing.id))).where(col(Outgoing.created_at) >= since).scalar_subquery()
    # Outer joins keep their order: of each mail of the week this person's row is looked up, where SQLite would else read
    # the rows of all recipients there ever were.
    mine = (
        (col(OutgoingRecipient.outgoing_id) == col(Outgoing.id))
        & (col(OutgoingRecipient.email) == col(Address.email))
        & (col(OutgoingRecipient.state) != CANCELLED)
    )
    size = case((col(OutgoingRecipient.id).is_not(None), func.length(col(Outgoing.content))), else_=0)
    used = (
        select(func.coalesce(func.sum(size), 0))
        .select_from(Address)
        .outerjoin(
            Outgoing,
            (col(Outgoing.id) >= first)
            & (col(Outgoing.created_at) >= since)
            & (col(Outgoing.mail_from) != ""),
        )
        .outerjoin(OutgoingRecipient, mine)
        .where(col(Address.person_id) == col(Person.id))
    )
    return used.correlate(Person).scalar_subquery()


class Budgets:
    """What people were sent without asking for it."""

    def __init__(self, session: Session, now: datetime) -> None:
        self._session = session
        self._now = now

    def count_used(self, people: Collection[int], since: datetime) -> dict[int, int]:
        """Person id → bytes since an instant."""
        rows = self._session.execute(select(col(Person.id), _used(since)).where(col(Person.id).in_(people)))
        return {row[0]: int(row[1]) for row in rows}
