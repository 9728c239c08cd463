"""What contributions, translations, comments and corrections share: judged, kept, then held or published."""

import hashlib
from dataclasses import dataclass
from datetime import timedelta

from handlers.authorship import find_author, keep_attachments
from handlers.context import Context, Incoming, Outcome
from handlers.hold import ask_moderators
from handlers.mail.language import find_other_language, find_parts
from handlers.move import follow_author
from handlers.publish import publish
from handlers.receipts import confirm_receipt, return_to_author
from handlers.rules import Disposition, Submitted, Verdict, judge
from store.posts import APPROVED, HELD, ORIGINAL, TRANSLATION, Post
from store.sql import id_of
from store.tables import Contribution, Revision, Version

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


@dataclass(frozen=True, slots=True)
class Spoken:
    """The language that a text is in, where it is another than that of its list; or whether it is in two."""

    other: str = ""
    two: bool = False


def submit(submission: Submission, ctx: Context) -> Outcome:
    """Reject, hold or publish a text; its author gets a receipt."""
    incoming = submission.incoming
    existing = None
    if submission.contribution is not None:
        existing = ctx.uow.contributions.find_version(submission.contribution.id, submission.language)
    if duplicate := _find_duplicate(submission, ctx):
        return duplicate
    spoken = _find_languages(submission, existing, ctx)
    verdict = judge(_what_the_rules_see(submission, existing, spoken, ctx))
    if verdict.disposition is Disposition.REJECT:
        return_to_author(ctx, incoming, submission.language, submission.title, verdict.reasons[0])
        return Outcome("rejected", verdict.reasons[0])
    post = _keep(submission, existing, verdict, spoken, ctx)
    if verdict.disposition is Disposition.ACCEPT:
        ctx.uow.contributions.lock(post)
        outcome = publish(ctx, post)
        return _outcome(post, outcome, next(iter(verdict.reasons), "accepted"))
    if incoming.live:
        ask_moderators(ctx, post)
        if not incoming.mail.spam:
            confirm_receipt(ctx, incoming, post)
    return _outcome(post, HELD, verdict.reasons[0])


def _find_duplicate(submission: Submission, ctx: Context) -> Outcome | None:
    """The same mail on a second list, or the same words again from the same address in the same place: one text."""
    incoming = submission.incoming
    if earlier := ctx.uow.deliveries.find_same_message(incoming.delivery):
        follow_author(ctx, earlier.revision_id, submission.language)
        _note_distributed(submission, earlier.revision_id, ctx)
        return Outcome("duplicate", "same-message", earlier.contribution_id, earlier.revision_id)
    if not submission.text.strip():
        return None
    if incoming.distributed and (post := _find_distributed(submission, ctx)):
        follow_author(ctx, post.revision_id, submission.language)
        return Outcome("duplicate", "same-text", revision_id=post.revision_id)
    # "See attached" is said of many texts.
    if not incoming.author_email or incoming.unread:
        return None
    since = incoming.delivery.received_at - SAME_TEXT
    same = ctx.uow.contributions.find_same_text(
        incoming.author_email,
        hash_text(submission.text),
        since,
        parent_id=submission.parent.id if submission.parent else None,
        contribution_id=submission.contribution.id if submission.contribution else None,
    )
    if same is None:
        return None
    if submission.contribution is None:
        follow_author(ctx, same.id, submission.language)
    _note_distributed(submission, same.id, ctx)
    return Outcome("duplicate", "same-text", revision_id=same.id)


def _find_distributed(submission: Submission, ctx: Context) -> Post | None:
    """The same words under the same Message-ID, from another external list: lists may hide who wrote them."""
    message_id = submission.incoming.message_id
    post = ctx.uow.contributions.find_post_by_message((message_id,)) if message_id else None
    if post is None or not post.revision.distributed_on:
        return None
    return post if post.revision.text_hash == hash_text(submission.text) else None


def _note_distributed(submission: Submission, revision_id: int | None, ctx: Context) -> None:
    """What waits here, and was sent to its external list as well, is not to be posted there again."""
    post = ctx.uow.contributions.find_post(revision_id) if submission.incoming.distributed else None
    if post is not None and post.version.language == submission.language:
        post.revision.distributed_on = submission.language
        ctx.uow.contributions.add(post.revision)


def hash_text(text: str) -> str:
    """The same for the same words, however they are wrapped and spaced."""
    return hashlib.sha256(" ".join(text.casefold().split()).encode()).hexdigest()


def _outcome(post: Post, name: str, reason: str) -> Outcome:
    return Outcome(name, reason, post.contribution_id, post.revision_id)


def _find_languages(submission: Submission, existing: Version | None, ctx: Context) -> Spoken:
    """Only a new original can be split; two languages with the list's among them are no other language."""
    languages = ctx.settings.languages
    parts = find_parts(submission.text, languages)
    if parts and submission.contribution is None and existing is None:
        return Spoken(two=True)
    if parts and submission.language in (part.language for part in parts):
        return Spoken()
    return Spoken(find_other_language(submission.text, submission.language, languages))


def _what_the_rules_see(
    submission: Submission, existing: Version | None, spoken: Spoken, ctx: Context
) -> Submitted:
    incoming = submission.incoming
    forum = ctx.settings.forum
    second_text = existing is not None and existing.current_revision_id is not None
    return Submitted(
        # What an archive holds was read by its own moderators.
        moderation=forum.moderation if incoming.live else "none",
        distributed=incoming.distributed,
        past_list=incoming.past_list,
        size=incoming.size,
        max_size=ctx.settings.server.max_contribution_size,
        text=submission.text,
        attachments=len(incoming.mail.attachments),
        spam=incoming.mail.spam,
        authors=incoming.mail.author_count,
        correction=submission.correction or second_text,
        doubtful_link=submission.doubtful_link,
        unread=incoming.unread,
        # Nobody would be asked about what an archive brings.
        from_attachment=bool(incoming.source) and incoming.live,
        sent_for_another=incoming.by is not None and incoming.live,
        # Readers of an external list have it already, in whatever language it is.
        other_language=bool(spoken.other) and incoming.live and not incoming.distributed,
        two_languages=spoken.two and incoming.live and not incoming.distributed,
        second_translation=second_text and not submission.correction and submission.role == TRANSLATION,
        replaced_size=_size_of_replaced(existing, ctx) if submission.correction or second_text else 0,
    )


def _size_of_replaced(existing: Version | None, ctx: Context) -> int:
    """Bytes of the text that a version has now."""
    replaced = _find_replaced(existing, ctx)
    return len(replaced.text.encode()) if replaced else 0


def _find_replaced(existing: Version | None, ctx: Context) -> Revision | None:
    """The text that a version has now: published, else the newest that waits."""
    return ctx.uow.contributions.find_newest_text(existing) if existing else None


def _keep(
    submission: Submission, existing: Version | None, verdict: Verdict, spoken: Spoken, ctx: Context
) -> Post:
    """The rows: a contribution and a version where there is none yet, and the revision."""
    incoming, contributions = submission.incoming, ctx.uow.contributions
    received_at = incoming.delivery.received_at
    author = find_author(ctx, incoming, _find_replaced(existing, ctx))
    contribution = submission.contribution
    if contribution is None:
        phase = ctx.uow.phases.find_at(received_at)
        contribution = Contribution(
            parent_id=submission.parent.id if submission.parent else None,
            theme_id=ctx.uow.phases.theme_of(received_at),
            phase_id=phase.id if phase else None,
            language=submission.language,
            title=submission.title,
            author_name=author.name,
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
        written_in=spoken.other,
        text_hash=hash_text(submission.text),
        author_name=author.name,
        author_email=incoming.author_email,
        place=author.place,
        sent_by=author.sent_by,
        source=incoming.source,
        attachments=keep_attachments(ctx, incoming),
        distributed_on=submission.language if incoming.distributed else "",
        hold_reasons=list(verdict.reasons) if verdict.disposition is Disposition.HOLD else [],
        received_at=received_at,
    )
    contributions.add(revision)
    return Post(contribution, version, revision)
