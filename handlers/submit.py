"""What contributions, translations, comments and corrections share: judged, kept, then held or published."""

import hashlib
from dataclasses import asdict, dataclass
from datetime import timedelta

from handlers.context import Context, Incoming, Outcome
from handlers.hold import ask_moderators
from handlers.mail.parts import clip
from handlers.publish import publish
from handlers.receipts import confirm_receipt, return_to_author
from handlers.rules import Disposition, Submitted, Verdict, judge
from store.posts import APPROVED, HELD, ORIGINAL, TRANSLATION, Post
from store.sql import id_of
from store.tables import Contribution, Revision, Version

NAME_BYTES = 100
"""Bytes of an author's name that are kept."""
SAME_TEXT = timedelta(days=30)
"""Within this time the same words from the same address are one text."""


@dataclass(frozen=True, slots=True)
class Submission:
    """A text on its way in. `contribution` is the one it is a version of, `parent` the one it comments."""

    incoming: Incoming
    language: str
    title: str
    text: str
    contribution: Contribution | None = None
    parent: Contribution | None = None
    role: str = ORIGINAL
    linked_by: str = ""
    doubtful_link: bool = False
    correction: bool = False


def submit(submission: Submission, ctx: Context) -> Outcome:
    """Reject, hold or publish a text; its author gets a receipt."""
    incoming = submission.incoming
    existing = None
    if submission.contribution is not None:
        existing = ctx.uow.contributions.find_version(submission.contribution.id, submission.language)
    if duplicate := _find_duplicate(submission, ctx):
        return duplicate
    verdict = judge(_what_the_rules_see(submission, existing, ctx))
    if verdict.disposition is Disposition.REJECT:
        return_to_author(ctx, incoming, submission.language, submission.title, verdict.reasons[0])
        return Outcome("rejected", verdict.reasons[0])
    post = _keep(submission, existing, verdict, ctx)
    if verdict.disposition is Disposition.ACCEPT:
        ctx.uow.contributions.lock(post)
        outcome = publish(ctx, post)
        return _outcome(post, outcome, "accepted")
    if incoming.live:
        ask_moderators(ctx, post)
        if not incoming.mail.spam:
            confirm_receipt(ctx, incoming, post)
    return _outcome(post, HELD, verdict.reasons[0])


def _find_duplicate(submission: Submission, ctx: Context) -> Outcome | None:
    """The same mail on a second list, or the same words again from the same address in the same place: one text."""
    incoming = submission.incoming
    if earlier := ctx.uow.deliveries.find_same_message(incoming.delivery):
        return Outcome("duplicate", "same-message", earlier.contribution_id, earlier.revision_id)
    if not submission.text.strip() or not incoming.author_email:
        return None
    since = incoming.delivery.received_at - SAME_TEXT
    same = ctx.uow.contributions.find_same_text(
        incoming.author_email,
        hash_text(submission.text),
        since,
        parent_id=submission.parent.id if submission.parent else None,
        contribution_id=submission.contribution.id if submission.contribution else None,
    )
    return Outcome("duplicate", "same-text", revision_id=same.id) if same else None


def hash_text(text: str) -> str:
    """The same for the same words, however they are wrapped and spaced."""
    return hashlib.sha256(" ".join(text.casefold().split()).encode()).hexdigest()


def _outcome(post: Post, name: str, reason: str) -> Outcome:
    return Outcome(name, reason, post.contribution_id, post.revision_id)


def _what_the_rules_see(submission: Submission, existing: Version | None, ctx: Context) -> Submitted:
    incoming = submission.incoming
    forum = ctx.settings.forum
    second_text = existing is not None and existing.current_revision_id is not None
    return Submitted(
        # What an archive holds was read by its own moderators.
        moderation=forum.moderation if incoming.live else "none",
        size=incoming.size,
        max_size=ctx.settings.server.max_contribution_size,
        text=submission.text,
        attachments=len(incoming.mail.attachments),
        spam=incoming.mail.spam,
        authors=incoming.mail.author_count,
        correction=submission.correction or second_text,
        doubtful_link=submission.doubtful_link,
        second_translation=second_text and not submission.correction and submission.role == TRANSLATION,
        replaced_size=_size_of_replaced(existing, ctx) if submission.correction or second_text else 0,
    )


def _size_of_replaced(existing: Version | None, ctx: Context) -> int:
    """Bytes of the text that a version has now: published, else the newest that waits."""
    replaced = ctx.uow.contributions.find_newest_text(existing) if existing else None
    return len(replaced.text.encode()) if replaced else 0


def _keep(submission: Submission, existing: Version | None, verdict: Verdict, ctx: Context) -> Post:
    """The rows: a contribution and a version where there is none yet, and the revision."""
    incoming, contributions = submission.incoming, ctx.uow.contributions
    received_at = incoming.delivery.received_at
    name = clip(_find_name(incoming, ctx), NAME_BYTES, NAME_BYTES)
    contribution = submission.contribution
    if contribution is None:
        phase = ctx.uow.phases.find_at(received_at)
        contribution = Contribution(
            parent_id=submission.parent.id if submission.parent else None,
            theme_id=ctx.uow.phases.theme_of(received_at),
            phase_id=phase.id if phase else None,
            language=submission.language,
            title=submission.title,
            author_name=name,
            author_email=incoming.author_email,
            received_at=received_at,
        )
        contributions.add(contribution)
    version = existing
    if version is None:
        version = Version(
            contribution_id=id_of(contribution),
            language=submission.language,
            role=submission.role,
            received_at=received_at,
            linked_by=submission.linked_by,
        )
        contributions.add(version)
    source = contributions.current_text(id_of(contribution), contribution.language)
    revision = Revision(
        version_id=id_of(version),
        delivery_id=incoming.delivery.id,
        message_id=incoming.message_id,
        source_revision_id=source.revision.id if source and submission.role != ORIGINAL else None,
        state=HELD if verdict.disposition is Disposition.HOLD else APPROVED,
        title=submission.title,
        text=submission.text,
        cut=incoming.cut,
        text_hash=hash_text(submission.text),
        author_name=name,
        author_email=incoming.author_email,
        attachments=[asdict(attachment) for attachment in incoming.mail.attachments],
        hold_reasons=list(verdict.reasons),
        received_at=received_at,
    )
    contributions.add(revision)
    return Post(contribution, version, revision)


def _find_name(incoming: Incoming, ctx: Context) -> str:
    """The name in From, else the one of earlier texts, else the subscriber's."""
    email = incoming.author_email
    said = incoming.mail.author.name if incoming.mail.author else ""
    return said or ctx.uow.contributions.find_author_name(email) or ctx.uow.people.find_name(email)
