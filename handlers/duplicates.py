"""Finds what has come already: the same mail on a second list, or the same words again from the same address."""

from datetime import timedelta

from handlers.context import Context, Outcome
from handlers.elsewhere import ELSEWHERE
from handlers.move import follow_author
from handlers.submission import Submission, hash_text
from store.posts import Post

SAME_TEXT = timedelta(days=30)
"""Within this time the same words from the same address are one text."""


def find_duplicate(submission: Submission, ctx: Context) -> Outcome | None:
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
        _note_distributed(submission, post.revision_id, ctx)
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
    """What waits here, and was sent to its external list as well, is not to be posted there again, nor told there."""
    post = ctx.uow.contributions.find_post(revision_id) if submission.incoming.distributed else None
    if post is not None:
        ctx.uow.outbox.cancel(post.revision_id, (ELSEWHERE,), ctx.addresses.list(submission.language))
    if post is not None and post.version.language == submission.language:
        post.revision.distributed_on = submission.language
        ctx.uow.contributions.add(post.revision)
