"""What an author is told at once: the text is here and waits, or was not kept and why."""

from datetime import timedelta

from handlers.context import Context, Incoming
from handlers.distribution import MAX_FILE_NAME
from handlers.mail.parts import clip
from handlers.notices import About, enqueue_answer, may_answer, render_notice, with_place
from handlers.publish import enqueue_receipt, find_pause, what_is
from handlers.versions import find_marks, is_reread
from store.posts import TRANSLATION, Post

PATIENCE = timedelta(hours=1)
"""How long a translator who had taken a text is not told that the translation waits: a decision may come before."""


def confirm_receipt(ctx: Context, incoming: Incoming, post: Post) -> None:
    """The text is here, and waits."""
    language, revision = post.version.language, post.revision
    if not may_answer(ctx, incoming.author_email, "receipt"):
        return
    rendered = render_notice(
        ctx,
        "receipt_held",
        language,
        title=revision.title,
        asks_for_text="attachment-only" in revision.hold_reasons,
        source=clip(revision.source, MAX_FILE_NAME, MAX_FILE_NAME),
        sent_for=with_place(revision.author_name, revision.place) if revision.sent_by else None,
        what="reread" if is_reread(post) else what_is(ctx, post),
        marks=find_marks(ctx, post),
        number=_named_number(post, ctx),
        pause=find_pause(ctx, post),
    )
    enqueue_answer(
        ctx,
        incoming,
        "receipt_held",
        str(post.revision_id),
        language,
        rendered,
        reply_to=ctx.addresses.answers(language),
        about=About(post.contribution_id, post.revision_id),
        send_at=ctx.now + PATIENCE if _is_claimed(ctx, incoming, post) else None,
    )


def _is_claimed(ctx: Context, incoming: Incoming, post: Post) -> bool:
    """Whether it is a translation that its sender had taken, whole and understood: they know what happens next."""
    claim = ctx.uow.claims.find_open(post.version.language, contribution_id=post.contribution_id)
    marks = find_marks(ctx, post)
    if claim is None or post.version.role != TRANSLATION or marks.covers or marks.machine:
        return False
    heard = {"attachment-only", "text-from-attachment"} & set(post.revision.hold_reasons)
    return not heard and claim.email in ctx.uow.people.list_addresses(incoming.author_email)


def confirm_move(ctx: Context, post: Post, left: str, *, automatic: bool) -> None:
    """The text waits on another list now. It is a receipt: an answer to it is a corrected text.

    Once for each list; one that no moderator caused counts among the day's receipts.
    """
    revision, language = post.revision, post.version.language
    # Spam forges its sender.
    if "suspected-spam" in revision.hold_reasons:
        return
    if automatic and not may_answer(ctx, revision.author_email, "receipt"):
        return
    rendered = render_notice(
        ctx,
        "receipt_moved",
        language,
        title=revision.title,
        left=left,
        text_language=language,
        list_address=ctx.addresses.list(language),
        pause=find_pause(ctx, post),
    )
    enqueue_receipt(ctx, post, "receipt_held", f"{revision.id}.{language}", rendered)


def _named_number(post: Post, ctx: Context) -> int | None:
    """The number that the author knows: of what is commented, translated or corrected."""
    if post.contribution.number is None and post.contribution.parent_id is not None:
        parent = ctx.uow.contributions.find_contribution(post.contribution.parent_id)
        return parent.number if parent else None
    return post.contribution.number


def return_to_author(ctx: Context, incoming: Incoming, language: str, title: str, reason: str) -> None:
    """The post was not kept: say why, and what to do about it."""
    # Spam forges its sender: an answer would go to somebody who never wrote.
    if not incoming.live or incoming.mail.spam or not may_answer(ctx, incoming.author_email, "receipt"):
        return
    rendered = render_notice(
        ctx,
        "receipt_returned",
        language,
        title=title,
        reason=reason,
        number=None,
        words="",
        size=incoming.size,
        limit=ctx.settings.server.max_contribution_size,
        list_address=ctx.addresses.list(language),
    )
    enqueue_answer(
        ctx,
        incoming,
        "receipt_returned",
        f"d{incoming.delivery_id}",
        language,
        rendered,
        reply_to=ctx.addresses.answers(language),
    )
