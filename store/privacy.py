"""Forgets a person: nothing that is kept says who they were; what was published stays, under nobody's name.

Statement by statement, in the transaction of whoever asks. What only they and we had is deleted, what others need is
kept without them: deliveries stay, so that the account of all mail still adds up.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, case, delete, func, literal, select, update
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from store.claims import RELEASED
from store.correspondence import blank_recipients, delete_mails, rewrite_sent
from store.erasing import Eraser, holds, sweep
from store.people import LEFT
from store.posts import APPROVED, HELD, PUBLISHED, WITHDRAWN
from store.tables import (
    Abstract,
    Address,
    Allowance,
    Attachment,
    AuditEvent,
    Bounce,
    Claim,
    Contribution,
    Decision,
    Delivery,
    Link,
    Person,
    Postponed,
    Reading,
    Revision,
    SentenceVectors,
    Separation,
    Subscription,
    Synthesis,
    Token,
    Version,
    Watch,
)

FORGOTTEN = "forgotten"
"""Who decided, in the place of an address."""


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was done, counted: `texts` are published ones, `mails` theirs, `sent` ours to them.

    `mentions` are the rows that others wrote, or we did about others, and that held an address of theirs.
    """

    addresses: int
    lists: tuple[str, ...]
    texts: int
    unpublished: int
    abstracts: int
    syntheses: int
    claims: int
    watches: int
    decisions: int
    mails: int
    sent: int
    cancelled: int
    mentions: int


class Privacy:
    """Forgets people."""

    def __init__(self, session: Session, now: datetime) -> None:
        self._session = session
        self._now = now

    def forget(self, emails: Collection[str], handled: int | None = None) -> Forgotten:
        """Forget the person of these addresses (small letters, all that they have).

        Mail of theirs that waits to be handled is left alone, but for the delivery `handled` which asked for this.
        """
        self._session.flush()
        eraser = Eraser(emails, self._list_names(emails))
        own = self._list_ids(col(Revision.id), col(Revision.author_email).in_(emails))
        mails = delete_mails(self._session, emails, eraser, handled)
        rewrite_sent(self._session, emails, own, eraser)
        unpublished = self._delete_unpublished(own)
        self._blank_texts(emails, own, eraser)
        abstracts = self._blank_abstracts(emails)
        syntheses = self._change(
            update(Synthesis).where(col(Synthesis.author_email).in_(emails)).values(author_email="")
        )
        claims, watches = self._end_claims(emails)
        decisions = self._blank_decisions(emails)
        sent, cancelled = blank_recipients(self._session, emails)
        lists, addresses = self._delete_person(emails)
        mentions = sweep(self._session, eraser)
        # What is in memory is of before.
        self._session.expire_all()
        return Forgotten(
            addresses=addresses,
            lists=lists,
            texts=len(own) - unpublished,
            unpublished=unpublished,
            abstracts=abstracts,
            syntheses=syntheses,
            claims=claims,
            watches=watches,
            decisions=decisions,
            mails=mails,
            sent=sent,
            cancelled=cancelled,
            mentions=mentions,
        )

    # What was written.

    def _list_names(self, emails: Collection[str]) -> list[str]:
        """Every name that they signed with or were subscribed under; a text sent for another has that one's."""
        queries: tuple[Any, ...] = (
            select(col(Person.name))
            .join(Address, col(Address.person_id) == col(Person.id))
            .where(col(Address.email).in_(emails)),
            select(case((col(Revision.sent_by) != "", col(Revision.sent_by)), else_=col(Revision.author_name)))
            .where(col(Revision.author_email).in_(emails)),
            select(col(Abstract.author_name)).where(col(Abstract.author_email).in_(emails)),
        )  # fmt: skip
        found = [name for query in queries for name in self._session.execute(query).scalars()]
        return [name for name in dict.fromkeys(map(str.strip, found)) if len(name) > 1 and "@" not in name]

    def _delete_unpublished(self, own: Sequence[int]) -> int:
        """What no reader has seen is not published under nobody's name: withdrawn, its words and files deleted."""
        query = select(
            col(Revision.id), col(Revision.delivery_id), col(Revision.state), col(Revision.attachments)
        ).where(
            col(Revision.id).in_(own), col(Revision.published_at).is_(None), col(Revision.state) != PUBLISHED
        )
        found = self._session.execute(query).all()
        ids = [int(row[0] or 0) for row in found]
        waited = [row[1] for row in found if row[2] in (HELD, APPROVED)]
        state = case((col(Revision.state).in_((HELD, APPROVED)), WITHDRAWN), else_=col(Revision.state))
        self._change(
            update(Revision)
            .where(col(Revision.id).in_(ids))
            .values(state=state, title="", text="", text_hash="", source="", attachments=[])
        )
        self._change(
            update(Delivery)
            .where(col(Delivery.id).in_(waited))
            .values(outcome=WITHDRAWN, handled_at=self._now)
        )
        self._change(
            update(Token)
            .where(col(Token.revision_id).in_(ids), col(Token.used_at).is_(None))
            .values(dead_at=func.coalesce(col(Token.dead_at), self._now))
        )
        self._change(delete(SentenceVectors).where(col(SentenceVectors.revision_id).in_(ids)))
        self._delete_files({str(item.get("hash", "")) for row in found for item in row[3]})
        return len(ids)

    def _delete_files(self, hashes: Collection[str]) -> None:
        """What came along with a deleted text, unless it came along with another as well."""
        for name in hashes:
            there = select(literal(1)).where(holds(self._session, col(Revision.attachments), name)).exists()
            self._change(delete(Attachment).where(col(Attachment.hash) == name, ~there))

    def _blank_texts(self, emails: Collection[str], own: Sequence[int], eraser: Eraser) -> None:
        """Published texts stay; one that they sent for somebody else keeps that one's name."""
        for table, key, words in (
            (Revision, col(Revision.id), col(Revision.text)),
            (SentenceVectors, col(SentenceVectors.revision_id), col(SentenceVectors.compared)),
        ):
            for row in self._session.execute(select(key, words).where(key.in_(own))).all():
                if (erased := eraser.erase_signature(row[1])) != row[1]:
                    self._change(update(table).where(key == row[0]).values({words: erased}))
        text, version = aliased(Revision), aliased(Version)
        for_another = (
            select(col(text.id))
            .join(version, col(version.id) == col(text.version_id))
            .where(
                col(version.contribution_id) == col(Contribution.id),
                col(text.id).in_(own),
                col(text.sent_by) != "",
                col(text.author_name) == col(Contribution.author_name),
            )
            .correlate(Contribution)
            .exists()
        )
        self._change(
            update(Contribution)
            .where(col(Contribution.author_email).in_(emails))
            .values(
                author_email="",
                author_name=case((for_another, col(Contribution.author_name)), else_=""),
                title=case((col(Contribution.number).is_(None), ""), else_=col(Contribution.title)),
            )
        )
        sent = col(Revision.sent_by) != ""
        self._change(
            update(Revision)
            .where(col(Revision.id).in_(own))
            .values(
                author_email="",
                author_name=case((sent, col(Revision.author_name)), else_=""),
                place=case((sent, col(Revision.place)), else_=""),
                sent_by="",
                cut="",
            )
        )

    def _blank_abstracts(self, emails: Collection[str]) -> int:
        own = col(Abstract.author_email).in_(emails)
        self._change(delete(Abstract).where(own, col(Abstract.state) != PUBLISHED))
        return self._change(update(Abstract).where(own).values(author_email="", author_name=""))

    # What was done.

    def _end_claims(self, emails: Collection[str]) -> tuple[int, int]:
        """How many were open; how many weekly lists are ended."""
        own = col(Claim.email).in_(emails)
        ended = self._change(
            update(Claim)
            .where(own, col(Claim.ended_at).is_(None))
            .values(ended_at=self._now, outcome=RELEASED)
        )
        self._change(update(Claim).where(own).values(email=""))
        return ended, self._change(delete(Watch).where(col(Watch.email).in_(emails)))

    def _blank_decisions(self, emails: Collection[str]) -> int:
        for table, column in (
            (Link, col(Link.made_by)),
            (Link, col(Link.undone_by)),
            (Separation, col(Separation.made_by)),
            (AuditEvent, col(AuditEvent.actor)),
        ):
            self._change(update(table).where(column.in_(emails)).values({column: FORGOTTEN}))
        return self._change(
            update(Decision).where(col(Decision.moderator).in_(emails)).values(moderator=FORGOTTEN)
        )

    # Who they were.

    def _delete_person(self, emails: Collection[str]) -> tuple[tuple[str, ...], int]:
        """The languages of the lists that they were on, and the number of their addresses."""
        addresses = self._list_ids(col(Address.id), col(Address.email).in_(emails))
        persons = self._list_ids(col(Address.person_id), col(Address.id).in_(addresses))
        left = select(col(Address.person_id))
        on = select(col(Subscription.language)).where(
            col(Subscription.address_id).in_(addresses), col(Subscription.state) != LEFT
        )
        lists = tuple(sorted(set(self._session.execute(on).scalars())))
        for deleted in (
            delete(Subscription).where(col(Subscription.address_id).in_(addresses)),
            delete(Postponed).where(col(Postponed.person_id).in_(persons)),
            delete(Address).where(col(Address.id).in_(addresses)),
            delete(Person).where(col(Person.id).in_(persons), col(Person.id).not_in(left)),
            delete(Allowance).where(col(Allowance.email).in_(emails)),
            delete(Reading).where(col(Reading.email).in_(emails)),
            delete(Bounce).where(col(Bounce.email).in_(emails)),
        ):
            self._change(deleted)
        self._change(
            update(Token)
            .where(col(Token.email).in_(emails))
            .values(email="", about="", dead_at=func.coalesce(col(Token.dead_at), self._now))
        )
        return lists, len(addresses)

    def _list_ids(self, key: Any, *which: ColumnElement[bool]) -> list[int]:
        return list(self._session.execute(select(key).where(*which)).scalars())

    def _change(self, statement: Any) -> int:
        return int(self._session.connection().execute(statement).rowcount)
