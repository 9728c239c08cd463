"""How texts move from one contribution to another, and back: what joining and separating are made of.

Who may do it, and whether it can be done, is asked in `handlers/joining.py`, which locks what is changed here.
"""

from dataclasses import dataclass
from datetime import datetime

from handlers.context import Context
from handlers.hold import ask_moderators
from handlers.publish import publish
from store.links import LINKED, SUGGESTED
from store.posts import APPROVED, COMPLETE, HELD, ORIGINAL, PUBLISHED, TRANSLATION, Post, find_completeness
from store.sql import id_of
from store.tables import Contribution, Link, Revision, Version

BY_MODERATOR = "moderator"
"""The signal of a link that nothing but somebody's decision made."""


@dataclass(frozen=True, slots=True)
class _Why:
    """What is kept with a link: what was suggested, where it was; else that a moderator said so."""

    signal: str = BY_MODERATOR
    probability: float | None = None
    reasons: tuple[tuple[str, ...], ...] = ()
    covers: tuple[int, ...] = ()
    choice: int = 1


def absorb(ctx: Context, gone: Contribution, kept: Contribution, by: str, chosen: Post | None = None) -> None:
    """Everything that belongs to a contribution goes to another, which it leads to from now on.

    `chosen` is the text that somebody decided about. A version in a language that the kept one has as well stays
    where it is, and no longer counts; what waits of it may take the other's place, if a moderator says so.
    """
    contributions, merges = ctx.uow.contributions, ctx.uow.merges
    source = contributions.current_text(id_of(kept), kept.language)
    former = contributions.current_text(id_of(gone), gone.language)
    gone.merged_into_id = id_of(kept)
    contributions.add(gone)
    for version in merges.list_versions(id_of(gone)):
        newest = contributions.find_newest_text(version)
        there = contributions.find_version(kept.id, version.language)
        if newest is None:
            continue
        if there is not None and contributions.find_newest_text(there) is not None:
            _let_wait_there(ctx, version, there)
            continue
        named = chosen.revision if chosen and chosen.version.id == version.id else newest
        link = _keep_link(ctx, version, named, gone, kept, by)
        was_original = version.language == gone.language
        merges.move_version(
            version, kept, TRANSLATION, link.signal if version.role == ORIGINAL else version.linked_by
        )
        old = None if was_original else _id(former)
        _change_source(ctx, version, old, _id(source))
        _complete(ctx, version)
    merges.move_comments(gone, kept)
    merges.move_claims(gone, kept)
    for post in contributions.list_published(id_of(kept)):
        if post.version.completeness == COMPLETE:
            ctx.uow.claims.finish(post.version.language, contribution_id=id_of(kept))
    for other_id in ctx.uow.links.list_separated(id_of(gone)) - merges.list_family(kept):
        ctx.uow.links.separate(id_of(kept), other_id, by)
    publish_waiting(ctx, kept)


def give_back(ctx: Context, home: Contribution, by: str) -> list[Contribution]:
    """A contribution that was merged is one of its own again, with everything that moved along; what it was part of.

    What came to the kept one since stays there.
    """
    contributions, merges = ctx.uow.contributions, ctx.uow.merges
    way = merges.list_way(home)
    way_ids, family = [id_of(each) for each in way], merges.list_family(home)
    moved: dict[int, Version] = {}
    for link, version in merges.list_moved(way_ids, family):
        ctx.uow.links.undo(link, by)
        if version.contribution_id in way_ids:
            moved[id_of(version)] = version
    for version in moved.values():
        original = version.language == home.language
        merges.move_version(version, home, ORIGINAL if original else TRANSLATION, version.linked_by)
        if original:
            _become_original(ctx, version)
    source = contributions.current_text(id_of(home), home.language)
    for version in moved.values():
        if version.role == TRANSLATION:
            _follow_home(ctx, version, home, _id(source))
    merges.return_comments(way_ids, family, home)
    home.merged_into_id = None
    contributions.add(home)
    return way


def set_apart(ctx: Context, post: Post, by: str) -> Contribution:
    """A text becomes a contribution of its own, as of the instant that it was received.

    Its author's other forms of it go along; what somebody else has sent for the same version stays.
    """
    version, taken = post.version, leads(ctx, post)
    waiting = [each for each in list_alive(ctx, version) if each.state != PUBLISHED]
    own = [each for each in waiting if _is_by_same(each, post.revision)]
    others = [each for each in waiting if each not in own]
    for revision in list_alive(ctx, version) if taken else own:
        for link in ctx.uow.links.list_for(id_of(revision)):
            if link.state == LINKED:
                ctx.uow.links.undo(link, by)
    published = taken and version.current_revision_id is not None
    received_at = version.received_at if published else min(each.received_at for each in own)
    contribution = _add_own(ctx, post, received_at)
    if taken:
        role, linked_by = version.role, version.linked_by
        ctx.uow.merges.move_version(version, contribution, ORIGINAL, "")
        if others:
            _add_version(ctx, post.contribution, version.language, others, role, linked_by)
    else:
        version = _add_version(ctx, contribution, version.language, own, ORIGINAL)
    _become_original(ctx, version)
    return contribution


def leads(ctx: Context, post: Post) -> bool:
    """Whether the text, or another by its author, is the one that its version has, or would have."""
    current = ctx.uow.contributions.find_post(post.version.current_revision_id)
    return current is None or _is_by_same(current.revision, post.revision)


def list_alive(ctx: Context, version: Version) -> list[Revision]:
    """The texts of a version that are, or were, published or wait."""
    return [
        revision
        for revision in ctx.uow.merges.list_revisions(version)
        if revision.state in (HELD, APPROVED, PUBLISHED)
    ]


def publish_waiting(ctx: Context, contribution: Contribution) -> None:
    """Publish what is approved and need not wait any more: for its number, or until it is restored."""
    for waiting in ctx.uow.waiting.list_depending((APPROVED,), id_of(contribution)):
        if waiting.revision.state == APPROVED:
            ctx.uow.deliveries.change_outcome(waiting.revision.delivery_id, publish(ctx, waiting))


def _add_own(ctx: Context, post: Post, received_at: datetime) -> Contribution:
    """A contribution that a text is the original of."""
    current = ctx.uow.contributions.find_post(post.version.current_revision_id)
    text = current.revision if current and leads(ctx, post) else post.revision
    phase = ctx.uow.phases.find_at(received_at)
    contribution = Contribution(
        theme_id=ctx.uow.phases.theme_of(received_at),
        phase_id=phase.id if phase else None,
        language=post.version.language,
        title=text.title,
        author_name=text.author_name,
        author_email=text.author_email,
        received_at=received_at,
    )
    ctx.uow.contributions.add(contribution)
    return contribution


def _add_version(
    ctx: Context, to: Contribution, language: str, texts: list[Revision], role: str, linked_by: str = ""
) -> Version:
    """A version for texts that leave another one."""
    version = Version(
        contribution_id=id_of(to),
        language=language,
        role=role,
        received_at=min(text.received_at for text in texts),
        linked_by=linked_by,
    )
    ctx.uow.contributions.add(version)
    ctx.uow.merges.move_revisions(texts, version)
    return version


def _keep_link(
    ctx: Context, version: Version, named: Revision, gone: Contribution, kept: Contribution, by: str
) -> Link:
    """Where the version came from at the very first is kept: there it goes back to."""
    before = ctx.uow.merges.find_link(version)
    why = _find_why(ctx, named, kept)
    if why.covers and not named.covers:
        named.covers = list(why.covers)
        ctx.uow.contributions.add(named)
    return ctx.uow.links.keep(
        id_of(named),
        id_of(kept),
        state=LINKED,
        signal=why.signal,
        probability=why.probability,
        reasons=why.reasons,
        covers=why.covers,
        choice=why.choice,
        made_by=by,
        moved_from_id=(before.moved_from_id if before else None) or gone.id,
    )


def _find_why(ctx: Context, revision: Revision, kept: Contribution) -> _Why:
    """What was suggested, if this was: also where it was merged into the kept one since."""
    family = ctx.uow.merges.list_family(kept)
    for link in ctx.uow.links.list_for(id_of(revision)):
        if link.state == SUGGESTED and link.contribution_id in family:
            reasons = tuple(tuple(reason) for reason in link.reasons)
            return _Why(link.signal, link.probability, reasons, tuple(link.covers), link.choice)
    return _Why()


def _let_wait_there(ctx: Context, version: Version, there: Version) -> None:
    """What waits of a version whose place is taken waits for a moderator, who may let it take the place."""
    waiting = [
        revision
        for revision in ctx.uow.merges.list_revisions(version)
        if revision.state in (HELD, APPROVED) and revision.id != version.current_revision_id
    ]
    ctx.uow.merges.move_revisions(waiting, there)
    for revision in waiting:
        if "second-translation" not in revision.hold_reasons:
            revision.hold_reasons = ["second-translation", *revision.hold_reasons]
        if revision.state == APPROVED:
            _ask_again(ctx, revision)
        ctx.uow.contributions.add(revision)


def _ask_again(ctx: Context, revision: Revision) -> None:
    """It was approved as something else than it is now, and the tokens of that are spent."""
    if decision := ctx.uow.contributions.find_decision(id_of(revision)):
        ctx.uow.contributions.undo(decision)
    revision.state = HELD
    ctx.uow.contributions.add(revision)
    post = ctx.uow.contributions.find_post(revision.id)
    if post is not None and ctx.uow.contributions.is_live(revision):
        ask_moderators(ctx, post)


def _change_source(ctx: Context, version: Version, old: int | None, new: int | None) -> None:
    """The texts that were up to date with one original are with the other; what was out of date stays so."""
    for revision in list_alive(ctx, version):
        if revision.source_revision_id == old:
            revision.source_revision_id = new
            ctx.uow.contributions.add(revision)


def _follow_home(ctx: Context, version: Version, home: Contribution, source: int | None) -> None:
    """What was taken for a translation of another contribution's text is one of its own original again."""
    for revision in list_alive(ctx, version):
        of = ctx.uow.contributions.find_post(revision.source_revision_id)
        if of is None or of.contribution_id != home.id:
            revision.source_revision_id = source
            ctx.uow.contributions.add(revision)


def _become_original(ctx: Context, version: Version) -> None:
    """An original is a translation of nothing, and the whole of itself."""
    for revision in list_alive(ctx, version):
        revision.source_revision_id, revision.covers = None, []
        ctx.uow.contributions.add(revision)
    _complete(ctx, version)


def _complete(ctx: Context, version: Version) -> None:
    """Say anew whether a version is complete, as it is another's now."""
    current = ctx.uow.contributions.find_post(version.current_revision_id)
    if current is not None:
        version.completeness = find_completeness(version, current.revision)
        ctx.uow.contributions.add(version)


def _is_by_same(one: Revision, other: Revision) -> bool:
    """Whether two texts are one's own: the same address, or the very same text where there is none."""
    return one.id == other.id or (bool(one.author_email) and one.author_email == other.author_email)


def _id(post: Post | None) -> int | None:
    return post.revision_id if post else None
