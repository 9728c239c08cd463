"""Carries out what a moderator chose for a text that may belong to a contribution: join, replace, or separate."""

from handlers.context import Context
from handlers.decide import Decided, How, Status, decide
from handlers.joining import link, unlink
from handlers.mail.answers import Answer
from handlers.match import TWIN
from handlers.merging import absorb
from handlers.offers import find_kept, list_suggested
from handlers.versions import is_reread
from store.links import LINKED, SUGGESTED
from store.posts import HELD, TRANSLATION, Post
from store.sql import id_of
from store.tables import Contribution, Version


def choose(ctx: Context, post: Post, answer: Answer, by: str, how: How) -> Decided:
    """Join a text that waits to a contribution, or put it in the place of one's text, and publish it.

    `answer` is "join", "replace", or "approve" with the number of a choice. A choice or number that is not there, or
    cannot be carried out, changes nothing.
    """
    if post.revision.state != HELD:
        return Decided(Status.STANDS, ctx.uow.contributions.find_decision(post.revision_id))
    if is_reread(post):
        return Decided(Status.JOINED, None)
    target, replaces = _find_target(ctx, post, answer)
    if target is None:
        return Decided(Status.NO_CHOICE if answer.verdict == "approve" else Status.NO_NUMBER, None)
    status = (_replace if replaces else link)(ctx, post, target, by=by, how=how)
    if status is not Status.DONE:
        return Decided(status, None)
    return decide(
        ctx,
        ctx.uow.contributions.get_post(post.revision_id),
        "approve",
        by,
        how,
        f"{answer.verdict} {answer.number}",
    )


def separate(ctx: Context, post: Post, by: str, how: How) -> Decided:
    """Make a text a contribution of its own: one that waits is published as that."""
    waits = post.revision.state == HELD
    if waits and is_reread(post):
        # It has no words of its own: a contribution of it would be the machine's text under another's name.
        return Decided(Status.JOINED, None)
    status = unlink(ctx, post, by=by, how=how)
    if status is not Status.DONE:
        return Decided(status, ctx.uow.contributions.find_decision(post.revision_id))
    if not waits:
        return Decided(status, None)
    return decide(ctx, ctx.uow.contributions.get_post(post.revision_id), "approve", by, how, "separate")


def find_named(ctx: Context, post: Post, answer: Answer) -> Contribution | None:
    """The contribution that an answer names, by its number or by that of a choice."""
    return _find_target(ctx, post, answer)[0]


def lock_both(ctx: Context, post: Post, answer: Answer) -> None:
    """Let nobody else decide about a text, or about the contribution that an answer names.

    In the order of ids, so that two who decide at once do not each hold what the other waits for.
    """
    if (named := find_named(ctx, post, answer)) is not None:
        ctx.uow.merges.lock({post.contribution_id, id_of(named)})
    ctx.uow.contributions.lock(post)


def _find_target(ctx: Context, post: Post, answer: Answer) -> tuple[Contribution | None, bool]:
    """The contribution that is meant, and whether the text replaces one of its texts rather than translates it."""
    if not answer.number:
        return None, False
    if answer.verdict != "approve":
        return ctx.uow.contributions.find_by_number(answer.number), answer.verdict == "replace"
    for one in list_suggested(ctx, post):
        if one.choice == answer.number:
            return find_kept(ctx, one.contribution_id), one.signal == TWIN
    return None, False


def _replace(ctx: Context, post: Post, target: Contribution, *, by: str, how: How) -> Status:
    """Make a text that waits a form of the text that the target has in its language; the former one is kept."""
    left = post.contribution
    if (left.parent_id is None) != (target.parent_id is None):
        return Status.IS_COMMENT
    if target.withdrawn_at is not None:
        return Status.IS_WITHDRAWN
    there = ctx.uow.contributions.find_version(target.id, post.version.language)
    if there is None or ctx.uow.contributions.find_newest_text(there) is None:
        return Status.NOTHING_THERE
    if there.id == post.version.id:
        return Status.DONE
    if left.number is None and left.id != target.id and post.version.language == left.language:
        absorb(ctx, left, target, by)
    else:
        ctx.uow.merges.move_revisions([post.revision], there)
    _follow_original(ctx, post, target, there)
    _settle(ctx, post, target, by)
    ctx.uow.journal.write(
        "replace",
        by,
        f"revision {post.revision_id}",
        how=how,
        contribution=id_of(target),
        number=target.number,
        left=id_of(left),
    )
    return Status.DONE


def _follow_original(ctx: Context, post: Post, target: Contribution, version: Version) -> None:
    """A translation is of its original as that is now; an original is of nothing."""
    source = ctx.uow.contributions.current_text(id_of(target), target.language)
    of = source.revision_id if source and version.role == TRANSLATION else None
    post.revision.source_revision_id = of
    ctx.uow.contributions.add(post.revision)


def _settle(ctx: Context, post: Post, target: Contribution, by: str) -> None:
    """What the text was taken for before does not stand; of what was suggested, one may have been right."""
    for one in ctx.uow.links.list_for(post.revision_id):
        kept = find_kept(ctx, one.contribution_id)
        right = kept is not None and kept.id == target.id
        if one.state == LINKED and not right:
            ctx.uow.links.undo(one, by)
        elif one.state == SUGGESTED and right:
            ctx.uow.links.accept(one, by)
    ctx.uow.links.refuse(post.revision_id, by)
