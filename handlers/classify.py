"""Which kind of message is this? A table that reads aloud, first by what it is, then by where it went.

Pure: what the store knows (a notice it answers, a token it carries) arrives as `Clues`.
The rows about automatic mail follow RFC 3834 §2 and RFC 5230 §4.6.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from config.addresses import LocalAddress
from handlers.leaving import find_leave_token
from handlers.mail.parse import ParsedMail

RECEIVED_CAP = 50
"""Received headers after which a message is going in circles (RFC 5321 §6.3 suggests 100 or more hops)."""

_ROBOTS = ("mailer-daemon", "postmaster", "no-reply", "noreply", "listserv", "majordomo")
_ANSWERS = {"answer", "approve", "reject", "discard", "separate"}
_CONFIRMED = {"opt-in", "join", "leave", "also", "return", "synthesis", "withdraw", "attachment"}
_COMMANDS = {"commands", "join", "leave", "help"}


class Kind(StrEnum):
    """What a message is; each has one handler."""

    LOOP = "loop"
    BOUNCE = "bounce"
    UNSUBSCRIBE = "unsubscribe"
    AUTOMATIC = "automatic"
    DECISION = "decision"
    CONFIRMATION = "confirmation"
    COMMAND = "command"
    SYNTHESIS = "synthesis"
    ABSTRACT = "abstract"
    REVIEW = "review"
    TRANSLATION = "translation"
    CORRECTION = "correction"
    COMMENT = "comment"
    APPEAL = "appeal"
    CONTRIBUTION = "contribution"
    POSTMASTER = "postmaster"
    MISADDRESSED = "misaddressed"


@dataclass(frozen=True, slots=True)
class Clues:
    """What the store knows of a message before anybody reads it."""

    mail_from: str = ""
    archive: bool = False
    """True for mail imported from an archive: its list headers are the archive's own."""
    answered_kind: str | None = None
    """Kind of our own outgoing mail that In-Reply-To or References names."""
    token_purpose: str | None = None
    """Purpose of the token in the address, the answered notice or the `[m-…]` code."""
    abstract: bool = False
    """It brings an abstract of a contribution that is published."""
    reviews: bool = False
    """It says that a translation which is there is still right, or was reread; and no more."""
    command: bool = False
    """It answers a mail of ours and is one command, and no more."""
    translates: bool = False
    """An explicit signal says that this is a version of a known contribution."""
    answers_contribution: bool = False
    """It answers a known contribution, published or held."""
    distributed: bool = False
    """An external list has distributed it: its list headers and its return path are that list's."""
    administrative: bool = False
    """That list's server itself writes."""
    own_copy: bool = False
    """We wrote it."""
    pressed: bool = False
    """The button of a page of ours, which has no sender."""


@dataclass(frozen=True, slots=True)
class Question:
    """One message with everything that a row of the table may look at."""

    mail: ParsedMail
    to: LocalAddress | None
    clues: Clues
    own_domain: str


def _is_loop(q: Question) -> bool:
    return q.clues.own_copy or q.own_domain in q.mail.loop or q.mail.received_count > RECEIVED_CAP


def _is_automatic(q: Question) -> bool:
    """Vacation notes, receipts, delivery reports, other lists: recorded, never answered."""
    mail = q.mail
    if q.clues.archive:
        return mail.content_type == "multipart/report"
    if q.clues.distributed:
        return q.clues.administrative or _says_so(mail)
    by_list = mail.precedence in ("bulk", "list") or bool(mail.list_id)
    return q.clues.mail_from in ("", "<>") or by_list or _says_so(mail)


def _says_so(mail: ParsedMail) -> bool:
    """What a robot wrote, or another forum like this one."""
    author = mail.author.email.partition("@")[0].lower() if mail.author else ""
    return (
        mail.auto_submitted not in ("", "no")
        or mail.precedence in ("junk", "auto_reply")
        or mail.content_type == "multipart/report"
        or bool(mail.loop)
        or author in _ROBOTS
        or any(name.lower() in ("x-autoreply", "x-autorespond", "x-autorply") for name, _ in mail.headers)
    )


def _is_unsubscription(q: Question) -> bool:
    """By a button, which has no sender, or by a mail that nothing says a list or an autoresponder wrote."""
    mail = q.mail
    says_so = mail.auto_submitted not in ("", "no") or mail.precedence or mail.list_id
    report = mail.content_type == "multipart/report"
    return bool(find_leave_token(q.to, mail.subject)) and not (says_so or report)


def _to(*kinds: str) -> Callable[[Question], bool]:
    return lambda q: q.to is not None and q.to.kind in kinds


def _answers(*kinds: str) -> Callable[[Question], bool]:
    return lambda q: q.clues.answered_kind in kinds


TABLE: tuple[tuple[Callable[[Question], bool], Kind], ...] = (
    (lambda q: q.to is None, Kind.MISADDRESSED),
    (_is_loop, Kind.LOOP),
    (_to("bounce"), Kind.BOUNCE),
    (_is_unsubscription, Kind.UNSUBSCRIBE),
    (lambda q: q.clues.pressed, Kind.DECISION),
    (_is_automatic, Kind.AUTOMATIC),
    (_to("postmaster"), Kind.POSTMASTER),
    (lambda q: q.clues.token_purpose in ("approve", "link"), Kind.DECISION),
    (lambda q: q.clues.token_purpose in _CONFIRMED, Kind.CONFIRMATION),
    (lambda q: q.clues.token_purpose == "abstract" or q.clues.abstract, Kind.ABSTRACT),
    (_to(*_ANSWERS), Kind.DECISION),
    (_to("synthesis"), Kind.SYNTHESIS),
    (_to(*_COMMANDS), Kind.COMMAND),
    (lambda q: q.clues.command, Kind.COMMAND),
    (lambda q: q.clues.reviews, Kind.REVIEW),
    (lambda q: q.clues.translates, Kind.TRANSLATION),
    (_to("translation"), Kind.TRANSLATION),
    (_answers("receipt_held", "receipt_published", "edit_text"), Kind.CORRECTION),
    (_answers("receipt_rejected"), Kind.APPEAL),
    (_to("reply"), Kind.COMMENT),
    (lambda q: q.clues.answers_contribution, Kind.COMMENT),
    (lambda q: True, Kind.CONTRIBUTION),
)


def classify(mail: ParsedMail, to: LocalAddress | None, clues: Clues, own_domain: str) -> Kind:
    """The first row of the table that is true."""
    question = Question(mail, to, clues, own_domain)
    return next(kind for is_true, kind in TABLE if is_true(question))
