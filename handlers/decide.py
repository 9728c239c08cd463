"""Carries out what somebody decided about a text that waits; mail and command line come here alike."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Literal

from handlers.context import Context
from handlers.mail.answers import clean_reason
from handlers.notices import render_notice
from handlers.offers import refuse_offers
from handlers.publish import enqueue_receipt, publish
from store.posts import DISCARDED, HELD, REJECTED, Post
from store.tables import Decision

UNDO = timedelta(minutes=30)
"""How long a rejection can be taken back: the author is told after that."""

How = Literal["address", "reply", "web", "command line"]
Ruling = Literal["approve", "reject", "discard", "undo"]
"""What `decide` carries out; moving and splitting have modules of their own."""


class Status(StrEnum):
    """What came of a decision."""

    DONE = "done"
    STANDS = "stands"
    UNDONE = "undone"
    TOO_LATE = "too-late"
    WAITING = "waiting"
    SUPERSEDED = "superseded"
    """There is a newer notice about it, with a token that is good."""
    MOVED = "moved"
    """It waits on another list, whose moderators decide."""
    SAME_LIST = "same-list"
    HAS_VERSION = "has-version"
    """It cannot be moved or split: there is a text in that language already."""
    NO_CHOICE = "no-choice"
    """The choice that was named was not offered."""
    NO_NUMBER = "no-number"
    """There is no contribution with the number that was named."""
    NOTHING_THERE = "nothing-there"
    """There is no text in this language that it could replace."""
    NOT_TWO = "not-two"
    """It cannot be split: it is not in two languages one below the other, or no original that waits."""
    JOINED = "joined"
    """It belongs to that contribution already."""
    IS_COMMENT = "is-comment"
    """A comment is a version of nothing."""
    IS_WITHDRAWN = "is-withdrawn"
    """The contribution is withdrawn."""
    NOT_WITHDRAWN = "not-withdrawn"
    NOT_PUBLISHED = "not-published"
    """Only contributions that are published can become one, or be withdrawn."""
    NOT_LINKED = "not-linked"
    """It cannot be separated: it is a contribution of its own."""
    HAS_TRANSLATIONS = "has-translations"
    """It cannot be separated: it is the original, and others are translations of it."""


@dataclass(frozen=True, slots=True)
class Decided:
    """The status, and the decision that stands now (None where the text waits again)."""

    status: Status
    decision: Decision | None


def decide(ctx: Context, post: Post, verdict: Ruling, moderator: str, how: How, reason: str = "") -> Decided:
    """Approve, reject, discard or undo. The first decision stands; a later one changes nothing and is told so."""
    ctx.uow.contributions.lock(post)
    standing = ctx.uow.contributions.find_decision(post.revision_id)
    if verdict == "undo":
        return _undo(ctx, post, standing)
    if standing is not None or post.revision.state != HELD:
        return Decided(Status.STANDS, standing)
    decision = keep_decision(ctx, post, verdict, moderator, how, reason)
    if verdict == "approve":
        refuse_offers(ctx, post, moderator)
        outcome = publish(ctx, post)
    else:
        outcome = REJECTED if verdict == "reject" else DISCARDED
        ctx.uow.contributions.set_state(post, outcome)
        if verdict == "reject":
            _return_to_author(ctx, post, decision)
    ctx.uow.deliveries.change_outcome(post.revision.delivery_id, outcome)
    return Decided(Status.DONE, decision)


def keep_decision(
    ctx: Context, post: Post, verdict: Ruling, moderator: str, how: How, reason: str = ""
) -> Decision:
    """Write a decision down; nobody else's token is good after it."""
    decision = Decision(
        revision_id=post.revision_id,
        moderator=moderator,
        verdict=verdict,
        reason=clean_reason(reason),
        how=how,
        decided_at=ctx.now,
        takes_effect_at=ctx.now + (UNDO if verdict == "reject" else timedelta()),
    )
    ctx.uow.contributions.add(decision)
    ctx.uow.tokens.end_for_revision(post.revision_id)
    # That it waits is no news any more, where its author was not told yet.
    ctx.uow.outbox.cancel(post.revision_id, ("receipt_held",))
    ctx.uow.journal.write(verdict, moderator, f"revision {post.revision_id}", how=how, reason=decision.reason)
    return decision


def _undo(ctx: Context, post: Post, standing: Decision | None) -> Decided:
    if standing is None:
        return Decided(Status.WAITING if post.revision.state == HELD else Status.STANDS, None)
    if standing.verdict != "reject" or ctx.now >= standing.takes_effect_at:
        return Decided(Status.TOO_LATE, standing)
    ctx.uow.contributions.undo(standing)
    ctx.uow.contributions.set_state(post, HELD)
    ctx.uow.outbox.cancel(post.revision_id, ("receipt_rejected",))
    ctx.uow.tokens.revive_for_revision(post.revision_id, post.version.language)
    ctx.uow.deliveries.change_outcome(post.revision.delivery_id, HELD)
    return Decided(Status.UNDONE, None)


def _return_to_author(ctx: Context, post: Post, decision: Decision) -> None:
    """The moderator's words, sent when the time to undo is over; an answer goes to the moderators."""
    if not ctx.uow.contributions.is_live(post.revision):
        return
    language = post.version.language
    rendered = render_notice(
        ctx,
        "receipt_returned",
        language,
        title=post.revision.title,
        reason="correction" if post.is_correction else "moderator",
        number=post.contribution.number,
        words=decision.reason,
        size=0,
        limit=0,
        list_address=ctx.addresses.list(language),
    )
    enqueue_receipt(ctx, post, "receipt_rejected", f"{decision.id}", rendered, decision.takes_effect_at)
