"""Moves a text that waits to the list of another language, where that list's moderators decide.

A moderator does it, or the text's own author: by sending it to the list of its language as well.
"""

from handlers.context import Context
from handlers.decide import Decided, How, Status
from handlers.hold import ask_moderators
from handlers.mail.language import find_other_language
from handlers.publish import publish
from handlers.receipts import confirm_move
from store.posts import APPROVED, HELD, ORIGINAL, PUBLISHED, TRANSLATION, Post
from store.sql import id_of
from store.tables import Version

BY_LANGUAGE = ("other-language", "moved")
"""Reasons to wait that belong to the list which a text is on."""
BY_REPLACED = ("correction", "much-shorter", "second-translation")
"""Reasons to wait that belong to another text of the same version."""


def find_obstacle(ctx: Context, post: Post, language: str) -> Status | None:
    """Why a text cannot be moved to a language's list: decided already, there already, or another text is there."""
    if post.revision.state != HELD:
        return Status.STANDS
    if post.version.language == language:
        return Status.SAME_LIST
    other = ctx.uow.contributions.find_version(post.contribution_id, language)
    return Status.HAS_VERSION if other and ctx.uow.contributions.find_newest_text(other) else None


def move(ctx: Context, post: Post, language: str, moderator: str, how: How) -> Decided:
    """Let the moderators of another list decide; no final decision: they can move it back.

    Every earlier token is dead, also those of other texts of this version that wait: they go along.
    """
    ctx.uow.contributions.lock(post)
    if obstacle := find_obstacle(ctx, post, language):
        return Decided(obstacle, ctx.uow.contributions.find_decision(post.revision_id))
    left = post.version.language
    ctx.uow.journal.write(
        "move", moderator, f"revision {post.revision_id}", how=how, left=left, language=language
    )
    for moved in _carry(ctx, post, language):
        _set_reasons(ctx, moved, "moved")
        if ctx.uow.contributions.is_live(moved.revision):
            ask_moderators(ctx, moved)
            confirm_move(ctx, moved, left, automatic=False)
    return Decided(Status.DONE, None)


def follow_author(ctx: Context, revision_id: int | None, language: str) -> None:
    """The same text has come to another list as well: where it is in the language of that one, it belongs there.

    Only while nobody has decided. What we passed on to nobody, because an archive or an external list brought it, can
    be moved when it is published.
    """
    post = ctx.uow.contributions.find_post(revision_id)
    if post is None or post.revision.written_in != language:
        return
    ctx.uow.contributions.lock(post)
    passed_on = ctx.uow.contributions.is_live(post.revision) and not post.revision.distributed_on
    original = post.contribution.language == post.version.language
    if original and not passed_on and post.revision.state == PUBLISHED:
        _relabel(ctx, post, language)
        return
    if find_obstacle(ctx, post, language):
        return
    ctx.uow.journal.write(
        "move", "author", f"revision {post.revision_id}", left=post.version.language, language=language
    )
    left = post.version.language
    for moved in _carry(ctx, post, language):
        _set_reasons(ctx, moved)
        _let_wait_or_publish(ctx, moved, left)


def _let_wait_or_publish(ctx: Context, post: Post, left: str) -> None:
    """On the list of its own language nothing may be left to wait for; else its moderators are asked instead."""
    revision = post.revision
    # What was written to the first list's people and has not left yet, nobody needs any more.
    ctx.uow.outbox.cancel(post.revision_id, ("held",))
    unheard = ctx.uow.outbox.cancel(post.revision_id, ("receipt_held",)) > 0
    if not revision.hold_reasons:
        ctx.uow.deliveries.change_outcome(revision.delivery_id, publish(ctx, post))
    elif ctx.uow.contributions.is_live(revision):
        ask_moderators(ctx, post)
        # In place of a receipt that has not left, one more is none too many.
        confirm_move(ctx, post, left, automatic=not unheard)


def _carry(ctx: Context, post: Post, language: str) -> list[Post]:
    """Give what waits of a version to another language; the posts as they are now.

    Where a text of the version is approved already, this one is a translation of it that went astray.
    """
    contributions = ctx.uow.contributions
    version, original = post.version, post.version.role == ORIGINAL
    target = contributions.find_version(post.contribution_id, language)
    waiting = [
        other
        for other in ctx.uow.waiting.list_posts((HELD, APPROVED), post.contribution_id)
        if other.version.id == version.id
    ]
    if version.current_revision_id or any(other.revision.state == APPROVED for other in waiting):
        carried = [post]
        target = target or _add_version(ctx, post, language)
        kept = (reason for reason in post.revision.hold_reasons if reason not in BY_REPLACED)
        post.revision.hold_reasons = list(kept)
    else:
        carried = waiting
        if target is None:
            version.language = language
            target = version
        else:
            # Of a text there that came to nothing only the row is left.
            target.role, version.role = version.role, target.role
        if original:
            post.contribution.language = language
    for row in (version, target, post.contribution):
        contributions.add(row)
    for other in carried:
        other.revision.version_id = id_of(target)
        contributions.add(other.revision)
        ctx.uow.tokens.end_for_revision(other.revision_id)
    return [found for other in carried if (found := contributions.find_post(other.revision_id))]


def _add_version(ctx: Context, post: Post, language: str) -> Version:
    version = Version(
        contribution_id=post.contribution_id,
        language=language,
        role=TRANSLATION,
        received_at=post.revision.received_at,
        linked_by=post.version.linked_by,
    )
    ctx.uow.contributions.add(version)
    return version


def _set_reasons(ctx: Context, post: Post, *more: str) -> None:
    """Whether it is in the language of its list is asked again; its other reasons to wait stay."""
    revision, language = post.revision, post.version.language
    revision.written_in = find_other_language(revision.text, language, ctx.settings.languages)
    other = ("other-language",) if revision.written_in else ()
    kept = (reason for reason in revision.hold_reasons if reason not in BY_LANGUAGE)
    revision.hold_reasons = [*other, *more, *kept]
    ctx.uow.contributions.add(revision)


def _relabel(ctx: Context, post: Post, language: str) -> None:
    """Correct the language of a text that nobody was sent yet."""
    if ctx.uow.contributions.find_version(post.contribution_id, language):
        return
    ctx.uow.journal.write(
        "move", "author", f"revision {post.revision_id}", left=post.version.language, language=language
    )
    post.version.language = post.contribution.language = language
    post.revision.written_in = ""
    for row in (post.contribution, post.version, post.revision):
        ctx.uow.contributions.add(row)
