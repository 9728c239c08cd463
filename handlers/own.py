"""Commands about what somebody wrote themselves: "mine" lists it, "edit" sends a text to be corrected.

From can be forged, so that both go to the author's own address and change nothing; a corrected text waits for a
moderator as every other.
"""

from dataclasses import asdict, dataclass
from datetime import date

from config.render import Rendered
from handlers.context import Context
from handlers.mail.edited import RULE
from handlers.mail.parts import clip_words
from handlers.notices import About, enqueue_answer, may_answer, render_notice
from handlers.requests import Request, answer_once_a_day, may_have_text, render_part, take_part
from store.contents import IS_PUBLISHED, IS_WITHDRAWN, Own
from store.posts import ORIGINAL, Post
from store.sql import id_of
from store.tables import Claim, Contribution, Version

EDIT_TEXT = "edit_text"
"""Kind of the mail with a text to be corrected: an answer to it is the corrected text."""
_MAX_TITLE = 80
"""Characters of a title in a list, and bytes twice as many."""


@dataclass(frozen=True, slots=True)
class Item:
    """A text of somebody's own in the list, ready to be shown; `lacks` are languages that it cannot be read in."""

    own: Own
    title: str
    since: date
    lacks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Taken:
    """What somebody said that they translate: the number of a contribution, or of a phase with its synthesis."""

    number: int
    synthesis: bool
    language: str
    until: date


def answer_mine(request: Request, ctx: Context) -> Rendered | None:
    """What the sender wrote, by all their addresses, and what they translate."""
    emails = ctx.uow.people.list_addresses(request.email)
    items = tuple(_show(own, ctx) for own in ctx.uow.contents.list_own(emails))
    claims = ctx.uow.claims.list_own(emails)
    if not items and not claims and not may_answer(ctx, request.email, "mine"):
        return None
    return render_part(
        request,
        ctx,
        "mine",
        "mine",
        items=items,
        claims=tuple(taken for claim in claims if (taken := _name(claim, ctx))),
        example=next(
            (item.own.number for item in items if item.own.number and item.own.state != IS_WITHDRAWN), None
        ),
    )


def _show(own: Own, ctx: Context) -> Item:
    whole = own.state == IS_PUBLISHED and own.role == ORIGINAL and own.parent is None
    return Item(
        own=own,
        title=clip_words(own.title, _MAX_TITLE),
        since=own.since.astimezone(ctx.settings.zone).date(),
        lacks=tuple(one for one in ctx.settings.languages if one not in own.there) if whole else (),
    )


def _name(claim: Claim, ctx: Context) -> Taken | None:
    until = claim.expires_at.astimezone(ctx.settings.zone).date()
    if claim.phase_id is not None:
        phases = {phase.id: phase.number for _, phase in ctx.uow.phases.list_phases()}
        number = phases.get(claim.phase_id)
        return Taken(number, True, claim.language, until) if number is not None else None
    found = ctx.uow.contributions.find_contribution(claim.contribution_id)
    return Taken(found.number, False, claim.language, until) if found and found.number else None


def answer_edit(request: Request, ctx: Context) -> Rendered | None:
    """A text of the sender's own, in a mail of its own; an answer to it is the corrected text."""
    contribution = ctx.uow.contributions.find_by_number(request.number or 0)
    if contribution is None or contribution.withdrawn_at is not None:
        template = "no_contribution" if contribution is None else "withdrawn_contribution"
        return answer_once_a_day(request, ctx, template, request.language)
    post = _find_own(request, ctx, contribution)
    if post is None:
        return answer_once_a_day(
            request, ctx, "not_own", request.language, number=contribution.number, verb="edit"
        )
    if may_have_text(request, ctx):
        _send(request, ctx, post)
    return None


def _find_own(request: Request, ctx: Context, contribution: Contribution) -> Post | None:
    """The sender's own text of a contribution: in the language that is named, else the original, else any."""
    emails = ctx.uow.people.list_addresses(request.email)
    order = dict.fromkeys((contribution.language, *ctx.settings.languages))
    for language in (request.wanted,) if request.wanted else order:
        version = ctx.uow.contributions.find_version(contribution.id, language)
        if version is not None and (post := _find_newest(ctx, version, emails)):
            return post
    return None


def _find_newest(ctx: Context, version: Version, emails: tuple[str, ...]) -> Post | None:
    """What waits of theirs, else what is published, where that is theirs."""
    waiting = ctx.uow.waiting.find_newest(version.id, emails)
    post = ctx.uow.contributions.find_post(waiting.id if waiting else version.current_revision_id)
    return post if post is not None and post.revision.author_email in emails else None


def _send(request: Request, ctx: Context, post: Post) -> None:
    """One part of the text, in the language that it is written in: its author reads that."""
    language, number = post.version.language, post.contribution.number or 0
    part = take_part(request, ctx, f"edit {number} {language}", post.revision.text, language)
    rendered = render_notice(
        ctx,
        "edit_text",
        language,
        number=number,
        title=post.revision.title,
        translation=post.version.role != ORIGINAL,
        waits=post.revision.id != post.version.current_revision_id,
        rule=RULE,
        **asdict(part),
    )
    enqueue_answer(
        ctx,
        request.incoming,
        EDIT_TEXT,
        f"{request.incoming.delivery_id}.{id_of(post.revision)}.{part.part}",
        language,
        rendered,
        reply_to=ctx.addresses.answers(language),
        about=About(post.contribution_id, post.revision_id),
    )
