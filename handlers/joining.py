"""Joins texts to contributions and separates them again; merges and withdraws contributions.

Mail, web and command line come here alike. Each can be taken back, counts are right at once, and each is written down.
"""

from dataclasses import dataclass

from handlers.context import Context
from handlers.decide import How, Status
from handlers.merging import absorb, give_back, leads, list_alive, publish_waiting, set_apart
from handlers.publish import tell_author
from store.links import SUGGESTED
from store.posts import DISCARDED, PUBLISHED, REJECTED, WITHDRAWN, Post
from store.sql import id_of
from store.tables import Contribution

GONE = (REJECTED, DISCARDED, WITHDRAWN)
"""States of texts that are neither published nor wait."""


@dataclass(frozen=True, slots=True)
class _Parting:
    """How a text can be separated: `home` is what it came from, None where it becomes a contribution of its own."""

    home: Contribution | None


def link(ctx: Context, post: Post, contribution: Contribution, *, by: str, how: How) -> Status:
    """A text becomes a translation of a contribution; one that waits still waits.

    A published contribution is merged with the other, under the lower number. What was a translation of another
    contribution, by mistake, is taken from that one.
    """
    post = _lock_post(ctx, post, contribution)
    kept = ctx.uow.merges.find_kept(contribution)
    parting = _find_parting(ctx, post)
    if obstacle := _find_obstacle(ctx, post, kept, parting):
        return obstacle
    left = post.contribution
    if isinstance(parting, _Parting):
        post, _ = _part(ctx, post, parting, by)
    gone = post.contribution
    if gone.number is not None and kept.number is not None and gone.number < kept.number:
        absorb(ctx, kept, gone, by)
    else:
        absorb(ctx, gone, kept, by, post)
    _settle(ctx, post, by)
    ctx.uow.journal.write(
        "link",
        by,
        f"revision {post.revision_id}",
        how=how,
        contribution=id_of(kept),
        number=kept.number,
        left=id_of(left),
    )
    return Status.DONE


def unlink(ctx: Context, post: Post, *, by: str, how: How) -> Status:
    """A text becomes a contribution of its own, or goes back to the one that it was merged with.

    The two are never suggested to be one again. Published, it has a number at once, and its author is told.
    """
    post = _lock_post(ctx, post)
    parting = _find_parting(ctx, post)
    if isinstance(parting, Status):
        return parting
    if any(one.withdrawn_at for one in (post.contribution, ctx.uow.merges.find_kept(post.contribution))):
        # What was taken back with it must not come out again under another number.
        return Status.IS_WITHDRAWN
    post, left = _part(ctx, post, parting, by)
    contribution = parting.home or post.contribution
    for each in left:
        ctx.uow.links.separate(id_of(contribution), id_of(each), by)
    if contribution.number is None:
        _number_apart(ctx, contribution)
    publish_waiting(ctx, contribution)
    ctx.uow.journal.write(
        "unlink",
        by,
        f"revision {post.revision_id}",
        how=how,
        contribution=id_of(contribution),
        number=contribution.number,
        left=[id_of(each) for each in left],
    )
    return Status.DONE


def merge(ctx: Context, one: Contribution, other: Contribution, *, by: str, how: How) -> Status:
    """Two published contributions are one and the same: under the lower number, where the higher one leads."""
    _lock(ctx, one, other)
    one, other = ctx.uow.merges.find_kept(one), ctx.uow.merges.find_kept(other)
    if obstacle := _find_difference(one, other):
        return obstacle
    if one.number is None or other.number is None:
        return Status.NOT_PUBLISHED
    kept, gone = sorted((one, other), key=lambda each: each.number or 0)
    absorb(ctx, gone, kept, by)
    ctx.uow.journal.write(
        "merge",
        by,
        f"contribution {gone.id}",
        how=how,
        contribution=id_of(kept),
        number=gone.number,
        kept_number=kept.number,
    )
    return Status.DONE


def withdraw(ctx: Context, contribution: Contribution, *, by: str, how: How) -> Status:
    """A contribution keeps its number and leaves later counts; what waits for it waits until it is restored."""
    _lock(ctx, contribution)
    contribution = ctx.uow.merges.find_kept(contribution)
    if contribution.number is None:
        return Status.NOT_PUBLISHED
    if contribution.withdrawn_at is not None:
        return Status.IS_WITHDRAWN
    contribution.withdrawn_at = ctx.now
    ctx.uow.contributions.add(contribution)
    ctx.uow.journal.write("withdraw", by, f"contribution {contribution.id}", how=how)
    return Status.DONE


def restore(ctx: Context, contribution: Contribution, *, by: str, how: How) -> Status:
    """A contribution that was withdrawn counts again; what was approved meanwhile is published."""
    _lock(ctx, contribution)
    contribution = ctx.uow.merges.find_kept(contribution)
    if contribution.withdrawn_at is None:
        return Status.NOT_WITHDRAWN
    contribution.withdrawn_at = None
    ctx.uow.contributions.add(contribution)
    ctx.uow.journal.write("restore", by, f"contribution {contribution.id}", how=how)
    publish_waiting(ctx, contribution)
    return Status.DONE


def _find_obstacle(ctx: Context, post: Post, kept: Contribution, parting: _Parting | Status) -> Status | None:
    """Why a text cannot become a translation of a contribution."""
    if post.revision.state in GONE:
        return Status.STANDS
    if different := _find_difference(ctx.uow.merges.find_kept(post.contribution), kept):
        return different
    there = ctx.uow.contributions.find_version(kept.id, post.version.language)
    if there is not None and ctx.uow.contributions.find_newest_text(there):
        return Status.HAS_VERSION
    home = parting.home if isinstance(parting, _Parting) else post.contribution
    is_out = post.version.current_revision_id is not None and leads(ctx, post)
    if kept.number is None and (is_out or (home is not None and home.number is not None)):
        return Status.NOT_PUBLISHED
    return None


def _find_difference(one: Contribution, other: Contribution) -> Status | None:
    """Why two contributions cannot become one, whatever their languages."""
    if one.parent_id is not None or other.parent_id is not None:
        return Status.IS_COMMENT
    if one.id == other.id:
        return Status.JOINED
    return Status.IS_WITHDRAWN if one.withdrawn_at or other.withdrawn_at else None


def _find_parting(ctx: Context, post: Post) -> _Parting | Status:
    """How a text can be separated from the contribution that it is a version of, or why it cannot."""
    if post.revision.state in GONE:
        return Status.STANDS
    if post.contribution.parent_id is not None:
        return Status.IS_COMMENT
    if not leads(ctx, post):
        return _Parting(None)
    link = ctx.uow.merges.find_link(post.version)
    if link is not None and link.moved_from_id is not None:
        return _Parting(ctx.uow.contributions.find_contribution(link.moved_from_id))
    if post.contribution.merged_into_id is not None:
        return _Parting(post.contribution)
    if post.version.language != post.contribution.language:
        return _Parting(None)
    others = [
        version
        for version in ctx.uow.merges.list_versions(post.contribution_id)
        if version.id != post.version.id and list_alive(ctx, version)
    ]
    return Status.HAS_TRANSLATIONS if others else Status.NOT_LINKED


def _part(ctx: Context, post: Post, parting: _Parting, by: str) -> tuple[Post, list[Contribution]]:
    """Separate; the text as it is now, and what it was part of."""
    if parting.home is None:
        left = [post.contribution, *ctx.uow.merges.list_way(post.contribution)]
        set_apart(ctx, post, by)
    else:
        left = give_back(ctx, parting.home, by)
    return ctx.uow.contributions.get_post(post.revision_id), left


def _number_apart(ctx: Context, contribution: Contribution) -> None:
    """What readers know already has a number at once; the author was told of another one before."""
    published = ctx.uow.contributions.list_published(id_of(contribution))
    if not published:
        return
    ctx.uow.contributions.give_number(contribution)
    post = published[0]
    if post.version.language == contribution.language and ctx.uow.contributions.is_live(post.revision):
        tell_author(ctx, post, "contribution", key=f"{post.revision_id}.{contribution.number}")


def _settle(ctx: Context, post: Post, by: str) -> None:
    """Of what was suggested for a text, one was right and the others were not."""
    family = ctx.uow.merges.list_family(
        ctx.uow.merges.find_kept(ctx.uow.contributions.get_post(post.revision_id).contribution)
    )
    for link in ctx.uow.links.list_for(post.revision_id):
        if link.state == SUGGESTED and link.contribution_id in family:
            ctx.uow.links.accept(link, by)
    ctx.uow.links.refuse(post.revision_id, by)


def _lock_post(ctx: Context, post: Post, *others: Contribution) -> Post:
    """The text as it is once nobody else can change it, or what it may be joined to."""
    _lock(ctx, post.contribution, *others)
    ctx.uow.contributions.lock(post)
    now = ctx.uow.contributions.get_post(post.revision_id)
    if now.contribution_id != post.contribution_id:
        # Somebody joined or separated it meanwhile.
        return _lock_post(ctx, now, *others)
    current = ctx.uow.contributions.find_post(now.version.current_revision_id)
    # A text that was replaced stands for the one that it was replaced by.
    return current if current is not None and now.revision.state == PUBLISHED else now


def _lock(ctx: Context, *contributions: Contribution) -> None:
    """Lock contributions and what they lead to, which is known for sure only once they are locked."""
    merges, locked = ctx.uow.merges, set[int]()
    while new := {id_of(each) for one in contributions for each in (one, *merges.list_way(one))} - locked:
        merges.lock(new)
        locked |= new
