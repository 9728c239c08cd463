"""What is to be known of a text beside its words: out of date, only a part, by a machine; and what it was made from."""

from collections.abc import Container
from dataclasses import dataclass, replace
from datetime import date

from config.addresses import LocalAddress
from handlers.context import Context
from handlers.linking.matching import Covered
from handlers.mail.completion import complete, parse_part
from handlers.mail.machine import clean_machine
from handlers.mail.reviews import Review, parse_review
from handlers.submission import Submission
from handlers.words import machine_words, review_words
from store.posts import TRANSLATION, Post, find_covered, is_stale
from store.tables import Contribution, Outgoing, Revision, Version

CARRIED = ("stale", "translation_text")
"""Kinds of our mail that bring a text to its translator: their revision is the one that an answer translates."""

REREAD = "reread"
"""Why a machine translation waits that somebody has reread."""


@dataclass(frozen=True, slots=True)
class Marks:
    """What readers are told of a translation; `covers` is (first, last, of), or nothing where it is whole.

    `machine`: a machine made it and nobody has reread it; of an original, that its author had it translated.
    `reread`: a machine made it, and somebody has.
    """

    stale: bool = False
    covers: tuple[int, ...] = ()
    machine: bool = False
    original: bool = False
    reread: bool = False


@dataclass(frozen=True, slots=True)
class Rival:
    """Another translation of the same text into the same language: whose, of when (local date), and whether it is published."""

    name: str
    day: date
    published: bool


def find_marks(ctx: Context, post: Post) -> Marks:
    """The marks of a text, as things stand."""
    translated = post.version.role == TRANSLATION
    return make_marks(post, ctx.uow.contributions.find_original(post.contribution) if translated else None)


def make_marks(post: Post, original: Post | None) -> Marks:
    """The marks of a text whose original is known; `original` is None where that cannot be read, or is the text."""
    if post.version.role != TRANSLATION:
        return Marks(machine=post.revision.machine, original=True)
    return Marks(
        stale=original is not None and is_stale(post, original),
        covers=find_covered(post.revision),
        machine=post.revision.machine,
        reread=is_reread(post),
    )


def is_reread(post: Post) -> bool:
    """Whether a text is a machine's that somebody has reread, and else the same."""
    return REREAD in post.revision.hold_reasons


def find_rival(ctx: Context, post: Post) -> Rival | None:
    """Somebody else's translation into the same language: the published one, else the last that waits."""
    if post.version.role != TRANSLATION:
        return None
    email = post.revision.author_email
    current = ctx.uow.contributions.find_post(post.version.current_revision_id)
    if current is not None and current.revision.author_email != email:
        rival: Revision | None = current.revision
    else:
        rival = ctx.uow.waiting.find_newest_by_another(post.version.id, email)
    if rival is None:
        return None
    return Rival(
        name="" if "@" in rival.author_name else rival.author_name,
        day=rival.received_at.astimezone(ctx.settings.zone).date(),
        published=rival.id == post.version.current_revision_id,
    )


def find_source(ctx: Context, contribution: Contribution, answered: Outgoing | None) -> Revision | None:
    """The text of the original that a new translation was made from: the one in our mail that it answers, else the newest."""
    original = ctx.uow.contributions.find_version(contribution.id, contribution.language)
    if original is None:
        return None
    if answered is not None and answered.kind in CARRIED:
        carried = ctx.uow.contributions.find_post(answered.revision_id)
        if carried is not None and carried.version.id == original.id:
            return carried.revision
    return ctx.uow.contributions.find_newest_text(original)


def note_marks(submission: Submission, ctx: Context) -> Submission:
    """A text that says that a machine translated it, or that it is only a part, with that said apart from it."""
    submission = _note_machine(submission, ctx)
    match = submission.match
    if submission.role != TRANSLATION or submission.covered is not None:
        return submission
    text, covers = parse_part(submission.text)
    if covers:
        return replace(submission, text=text, covered=Covered(*covers))
    part = match is not None and match.covered is not None and not match.covered.is_whole
    return replace(submission, covered=match.covered) if match and part else submission


def _note_machine(submission: Submission, ctx: Context) -> Submission:
    cleaned = clean_machine(
        submission.incoming.mail.subject,
        submission.title,
        submission.text,
        submission.incoming.cut,
        machine_words(ctx.settings.languages),
    )
    if not cleaned.machine:
        return submission
    return replace(submission, title=cleaned.title, text=cleaned.text, machine=True)


def find_review(
    ctx: Context, text: str, to: LocalAddress | None, answered: Outgoing | None, answerable: Container[str]
) -> Review:
    """What a mail says of a translation that is there, and no more than that.

    "Still right" only in answer to the notice that asks; "reread" at the address of a text, or in answer to our mail
    of one of the `answerable` kinds.
    """
    kind = answered.kind if answered else ""
    if to is None or to.kind not in ("list", "reply", "translation"):
        return ""
    said = find_said(ctx, text)
    if said == "still-right" and kind != "stale":
        return ""
    return said if to.kind != "list" or kind == "stale" or kind in answerable else ""


def find_said(ctx: Context, text: str) -> Review:
    """What a text says of a translation, whatever it answers."""
    return parse_review(text, review_words(ctx.settings.languages))


def find_earlier(ctx: Context, version: Version, author_email: str) -> Revision | None:
    """What somebody sent last for a version, where that still waits; else the text that it has, whoever sent it."""
    if waiting := ctx.uow.waiting.find_newest(version.id, (author_email,)):
        return waiting
    current = ctx.uow.contributions.find_post(version.current_revision_id)
    return current.revision if current else None


def complete_own(submission: Submission, ctx: Context) -> Submission:
    """Where only a part of a translation was there, by the same author: that part with what came now."""
    contribution, email = submission.contribution, submission.incoming.author_email
    if contribution is None or submission.role != TRANSLATION:
        return submission
    version = ctx.uow.contributions.find_version(contribution.id, submission.language)
    former = find_earlier(ctx, version, email) if version else None
    source = find_source(ctx, contribution, submission.incoming.answered)
    if former is None or source is None or former.author_email != email or not find_covered(former):
        return submission
    text, covers = complete(source.text, former.text, find_covered(former), submission.text)
    return replace(
        submission,
        text=text,
        title=former.title or submission.title,
        covered=Covered(*covers) if covers else None,
        doubtful_link=False,
        correction=True,
    )
