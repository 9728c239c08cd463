"""What readers of the lists want sent: the modes, and who of a list a mail is for.

A mode is a person's, whichever lists they are on.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlmodel import col

from store.budgets import select_over
from store.people import ACTIVE
from store.tables import Address, Person, Subscription

FULL, NOTICE, DAILY, WEEKLY, PHASE, NONE = "full", "notice", "daily", "weekly", "phase", "none"
"""Whole texts; a few lines for each; one digest a day or week; announcements only; nothing."""
MODES = (FULL, NOTICE, DAILY, WEEKLY, PHASE, NONE)
REACHED = (FULL, NOTICE, DAILY, WEEKLY, PHASE)
"""Whom announcements go to."""


@dataclass(frozen=True, slots=True)
class Readers:
    """Whom on a list a mail is for: those in one of `modes`; not the person who has the address `author`.

    Nor those who are also on the list of a language in `not_on`, because they get the same from there. Of a mail of
    `size` bytes, only those whose budget has room for it, counted from the instant `since`; 0 goes to all.
    """

    modes: tuple[str, ...] = REACHED
    author: str = ""
    not_on: tuple[str, ...] = ()
    size: int = 0
    since: datetime | None = None


EVERYBODY = Readers()


def select_readers(language: str, readers: Readers = EVERYBODY) -> Select[Any, Any]:
    """(person id, subscription id): of each reader's subscriptions to a list the first, whichever address it has."""
    return (
        select(
            col(Address.person_id).label("person_id"),
            func.min(col(Subscription.id)).label("subscription_id"),
        )
        .select_from(Subscription)
        .join(Address, col(Address.id) == col(Subscription.address_id))
        .join(Person, col(Person.id) == col(Address.person_id))
        .where(
            col(Subscription.language) == language,
            col(Subscription.state) == ACTIVE,
            *_wanted(readers),
        )
        .group_by(col(Address.person_id))
    )


def select_postponed(language: str, readers: Readers) -> Select[Any, Any] | None:
    """(person id, subscription id) of those whom only their budget keeps from a mail; None where it keeps nobody."""
    if not readers.size or readers.since is None:
        return None
    chosen = select_readers(language, replace(readers, size=0))
    return chosen.where(col(Person.id).in_(select_over(readers.size, readers.since)))


def _wanted(readers: Readers) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = [col(Person.mode).in_(readers.modes)]
    if readers.author:
        author = select(col(Address.person_id)).where(col(Address.email) == readers.author)
        wanted.append(col(Person.id).not_in(author))
    if readers.not_on:
        others = (
            select(col(Address.person_id))
            .join(Subscription, col(Subscription.address_id) == col(Address.id))
            .where(col(Subscription.language).in_(readers.not_on), col(Subscription.state) == ACTIVE)
        )
        wanted.append(col(Person.id).not_in(others))
    if readers.size and readers.since is not None:
        wanted.append(col(Person.id).not_in(select_over(readers.size, readers.since)))
    return wanted
