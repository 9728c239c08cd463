"""What a moderator is shown of a text that belongs, or may belong, to a contribution that is there: which, and why."""

from collections.abc import Sequence
from dataclasses import dataclass

from handlers.context import Context
from handlers.mail.compose import clean_header
from handlers.mail.titles import shorten
from handlers.match import TWIN
from handlers.publish import what_is
from handlers.reasons import describe_reasons
from handlers.versions import is_reread
from store.links import SUGGESTED
from store.posts import HELD, ORIGINAL, PUBLISHED, TRANSLATION, Post
from store.tables import Contribution, Link


@dataclass(frozen=True, slots=True)
class Offer:
    """A contribution in a reader's words: `share` is the probability (None where nothing was compared), `reasons` why.

    `number` is None while it is not published; `covers` the paragraphs that are translated, as (first, last, of),
    where that is not all of them; `taken` whether there is a text in this language, which this one could replace.
    """

    choice: int
    number: int | None
    title: str
    language: str
    signal: str
    share: float | None = None
    reasons: str = ""
    covers: tuple[int, ...] = ()
    taken: bool = False

    @property
    def replaces(self) -> bool:
        """Whether the text is offered as a better form of what is there."""
        return self.signal == TWIN


@dataclass(frozen=True, slots=True)
class Offered:
    """The contribution that a text is joined to, or those that it may be a version of; neither for most texts."""

    linked: Offer | None = None
    choices: tuple[Offer, ...] = ()
    may_separate: bool = False
    """Of a corrected text of a translation nobody asks what it is a translation of."""
    names_another: bool = False
    """It names a contribution that it cannot be a version of as it says: which one is the moderator's to say."""


def find_offered(ctx: Context, post: Post, language: str) -> Offered:
    """What a text is joined to, or may be, in words of a language."""
    if is_joined(post):
        link = ctx.uow.links.find_linked(post.revision_id)
        linked = _describe(ctx, post, post.contribution, link, language)
        return Offered(linked=linked, may_separate=what_is(ctx, post) != "correction" and not is_reread(post))
    suggested = [
        (contribution, link)
        for link in list_suggested(ctx, post)
        if (contribution := find_kept(ctx, link.contribution_id))
    ]
    return Offered(
        choices=tuple(_describe(ctx, post, contribution, link, language) for contribution, link in suggested),
        names_another="doubtful-link" in post.revision.hold_reasons,
    )


def list_suggested(ctx: Context, post: Post) -> list[Link]:
    """What a text may be a version of; a corrected text, what the form of it may be that waits since before."""
    own = [link for link in ctx.uow.links.list_for(post.revision_id) if link.state == SUGGESTED]
    if own or post.revision.state != HELD:
        return own
    return ctx.uow.links.list_last_suggested(post.version.id, before=post.revision_id)


def is_joined(post: Post) -> bool:
    """Whether a text is a translation of what somebody else, or its author, wrote in another language."""
    return post.version.role == TRANSLATION


def find_kept(ctx: Context, contribution_id: int) -> Contribution | None:
    """A contribution by its id, or the one that it was merged into since."""
    found = ctx.uow.contributions.find_contribution(contribution_id)
    return ctx.uow.merges.find_kept(found) if found else None


def refuse_offers(ctx: Context, post: Post, by: str) -> None:
    """Somebody published a text as a contribution of its own: what it was like is not suggested for it again."""
    for link in list_suggested(ctx, post):
        if post.version.role == ORIGINAL and link.contribution_id != post.contribution_id:
            ctx.uow.links.separate(post.contribution_id, link.contribution_id, by)
        ctx.uow.links.refuse(link.revision_id, by)


def _describe(
    ctx: Context, post: Post, contribution: Contribution, link: Link | None, language: str
) -> Offer:
    """Titles are out of people's mails: nothing unseen is left in them, and they take one line."""
    there = ctx.uow.contributions.current_text(contribution.id or 0, post.version.language)
    return Offer(
        choice=link.choice if link else 1,
        number=contribution.number,
        title=shorten(clean_header(contribution.title)),
        language=contribution.language,
        signal=link.signal if link else post.version.linked_by,
        share=link.probability if link else None,
        reasons=describe_reasons(link.reasons, language) if link else "",
        covers=_find_covers(post.revision.covers or (link.covers if link else ())),
        taken=there is not None
        and there.revision_id != post.revision_id
        and there.revision.state == PUBLISHED,
    )


def _find_covers(covers: Sequence[int]) -> tuple[int, ...]:
    """Paragraphs (first, last, of); nothing where they are all there."""
    if len(covers) != 3 or (covers[0], covers[1]) == (1, covers[2]):
        return ()
    return tuple(covers)
