"""What a person sent us, and what we sent to them and about them, when they are forgotten.

Rows stay, so that all mail is still accounted for; what is in them goes.
"""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, literal, or_, select, update
from sqlmodel import Session, col

from store.erasing import Eraser, holds
from store.known import select_own_messages
from store.outbox import CANCELLED, SENDING, WAITING, make_nobody
from store.tables import Contribution, Delivery, Message, Outgoing, OutgoingRecipient, Revision, Version


def delete_mails(session: Session, emails: Collection[str], eraser: Eraser, handled: int | None) -> int:
    """Empty the messages that they sent: those that brought a text, or whose envelope or header names them."""
    own = set(session.execute(select_own_messages(emails)).scalars())
    for email in emails:
        query = select(col(Message.id)).where(holds(session, col(Message.raw), email))
        for message in session.execute(query).scalars().all():
            raw = session.execute(select(col(Message.raw)).where(col(Message.id) == message))
            if message not in own and eraser.wrote(bytes(raw.scalar_one())):
                own.add(message)
    waits = select(col(Delivery.message)).where(
        col(Delivery.outcome).is_(None), col(Delivery.id) != (handled or 0)
    )
    emptied = _change(
        session,
        update(Message).where(col(Message.id).in_(own), col(Message.id).not_in(waits)).values(raw=b""),
    )
    _change(
        session,
        update(Delivery)
        .where(
            (col(Delivery.message).in_(own) & col(Delivery.message).not_in(waits))
            | (col(Delivery.mail_from).in_(emails) & col(Delivery.outcome).is_not(None))
        )
        .values(mail_from="", traceback=""),
    )
    return emptied


def rewrite_sent(session: Session, emails: Collection[str], own: Sequence[int], eraser: Eraser) -> None:
    """Take them out of the copies of our mail, those of others too; what still waits goes out without them."""
    waits = (
        select(literal(1))
        .where(
            col(OutgoingRecipient.outgoing_id) == col(Outgoing.id),
            col(OutgoingRecipient.state).in_((WAITING, SENDING)),
        )
        .exists()
    )
    named = [
        holds(session, column, name)
        for column in (col(Outgoing.content), col(Outgoing.wording))
        for name in eraser.names
    ]
    about = _find_about(session, emails, own)
    query = select(col(Outgoing.id), about, waits).where(or_(about, *named))
    for outgoing_id, is_about, waiting in session.execute(query).all():
        mail = session.get(Outgoing, outgoing_id)
        if mail is None:
            continue
        full_only = bool(waiting) and not is_about
        if mail.content is not None:
            mail.content = eraser.erase_mail(
                bytes(mail.content),
                mail.language,
                in_their_name=bool(mail.mail_from) and mail.revision_id in own,
                full_only=full_only,
            )
        mail.wording = eraser.erase(eraser.erase_names(mail.wording, full_only=full_only))
        session.add(mail)
    session.flush()


def blank_recipients(session: Session, emails: Collection[str]) -> tuple[int, int]:
    """Delete our mail to them, keep that it was; how many there were, and how many of them are not sent any more."""
    own = col(OutgoingRecipient.email).in_(emails)
    to_them = select(col(OutgoingRecipient.outgoing_id)).where(own)
    _change(
        session,
        update(Outgoing)
        .where(col(Outgoing.mail_from) == "", col(Outgoing.id).in_(to_them))
        .values(content=None, wording="", subject=""),
    )
    cancelled = _change(
        session,
        update(OutgoingRecipient)
        .where(own, col(OutgoingRecipient.state).in_((WAITING, SENDING)))
        .values(state=CANCELLED),
    )
    sent = _change(session, update(OutgoingRecipient).where(own).values(email=make_nobody(), reply=""))
    return sent, cancelled


def _find_about(session: Session, emails: Collection[str], own: Sequence[int]) -> ColumnElement[bool]:
    """Our mail about a text or a contribution of theirs."""
    with_text = (
        select(col(Version.contribution_id))
        .join(Revision, col(Revision.version_id) == col(Version.id))
        .where(col(Revision.id).in_(own))
    )
    query = select(col(Contribution.id)).where(
        col(Contribution.author_email).in_(emails) | col(Contribution.id).in_(with_text)
    )
    contributions = list(session.execute(query).scalars())
    return col(Outgoing.contribution_id).in_(contributions) | col(Outgoing.revision_id).in_(own)


def _change(session: Session, statement: Any) -> int:
    return int(session.connection().execute(statement).rowcount)
