"""Carries out what somebody decided about a text that waits; mail and command line come here alike."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Literal

from handlers.context import Context
from handlers.hold import ask_moderators
from handlers.notices import About, enqueue_notice, render_notice
from handlers.publish import publish
from store.contributions import APPROVED, DISCARDED, HELD, ORIGINAL, REJECTED, Post
from store.tables import Contribution, Decision

UNDO = timedelta(minutes=30)
"""How long a rejection can be taken back: the author is told after that."""

Verdict = Literal["approve", "reject", "discard", "undo"]
How = Literal["address", "reply", "command line"]


class Status(StrEnum):
    """What came of a decision."""

    DONE = "done"
    STANDS = "stands"
    UNDONE = "undone"
    TOO_LATE = "too-late"


@dataclass(frozen=True, slots=True)
class Decided:
    """The status, and the decision that stands now (None where the text waits again)."""

    status: Status
    decision: Decision | None


def decide(ctx: Context, post: Post, verdict: Verdict, moderator: str, how: How, reason: str = "") -> Decided:
    """Approve, reject, discard or undo. The first decision stands; a later one changes nothing and is told so."""
    ctx.uow.contributions.lock(post)
    standing = ctx.uow.contributions.find_decision(post.revision_id)
    if verdict == "undo":
        return _undo(ctx, post, standing)
    if standing is not None or post.revision.state != HELD:
        return Decided(Status.STANDS, standing)
    decision = Decision(
        revision_id=post.revision_id,
        moderator=moderator,
        verdict=verdict,
        reason=reason,
        how=how,
        decided_at=ctx.now,
        takes_effect_at=ctx.now + (UNDO if verdict == "reject" else timedelta()),
    )
    ctx.uow.contributions.add(decision)
    ctx.uow.tokens.end_for_revision(post.revision_id)
    ctx.uow.journal.write(verdict, moderator, f"revision {post.revision_id}", how=how, reason=reason)
    if verdict == "approve":
        outcome = publish(ctx, post)
    else:
        outcome = REJECTED if verdict == "reject" else DISCARDED
        ctx.uow.contributions.set_state(post, outcome)
        if verdict == "reject":
            _return_to_author(ctx, post, decision)
        _release_translations(ctx, post)
    _change_outcome(ctx, post, outcome)
    return Decided(Status.DONE, decision)


def _undo(ctx: Context, post: Post, standing: Decision | None) -> Decided:
    if standing is None:
        return Decided(Status.STANDS, None)
    if standing.verdict != "reject" or ctx.now >= standing.takes_effect_at:
        return Decided(Status.TOO_LATE, standing)
    ctx.uow.contributions.undo(standing)
    ctx.uow.contributions.set_state(post, HELD)
    ctx.uow.outbox.cancel(post.revision_id, ("receipt_returned",))
    ctx.uow.tokens.revive_for_revision(post.revision_id)
    _change_outcome(ctx, post, HELD)
    return Decided(Status.UNDONE, None)


def _change_outcome(ctx: Context, post: Post, outcome: str) -> None:
    if post.revision.delivery_id is not None:
        ctx.uow.deliveries.change_outcome(post.revision.delivery_id, outcome)


def _return_to_author(ctx: Context, post: Post, decision: Decision) -> None:
    """The moderator's words, sent when the time to undo is over; an answer goes to the moderators."""
    delivery = ctx.uow.contributions.find_received_by(post.revision)
    if delivery is not None and not delivery.live:
        return
    language = post.version.language
    rendered = render_notice(
        ctx,
        "receipt_returned",
        language,
        title=post.revision.title,
        reason="moderator",
        words=decision.reason,
        size=0,
        limit=0,
        list_address=ctx.addresses.list(language),
    )
    enqueue_notice(
        ctx,
        "receipt_returned",
        f"r{decision.id}",
        post.revision.author_email,
        language,
        rendered,
        reply_to=ctx.addresses.list(language),
        in_reply_to=post.revision.message_id,
        automatic="auto-replied",
        send_at=decision.takes_effect_at,
        about=About(post.contribution_id, post.revision_id),
    )


def _release_translations(ctx: Context, post: Post) -> None:
    """What waited with a text that will not be published becomes a contribution of its own, and is asked about."""
    if post.version.role != ORIGINAL or post.contribution.number is not None:
        return
    for waiting in ctx.uow.contributions.list_unpublished((HELD, APPROVED), post.contribution_id):
        if waiting.version.id == post.version.id:
            continue
        revision = waiting.revision
        ctx.uow.contributions.move_version(
            waiting,
            Contribution(
                theme_id=post.contribution.theme_id,
                phase_id=post.contribution.phase_id,
                language=waiting.version.language,
                title=revision.title,
                author_name=revision.author_name,
                author_email=revision.author_email,
                received_at=revision.received_at,
            ),
        )
        ctx.uow.tokens.end_for_revision(waiting.revision_id)
        if standing := ctx.uow.contributions.find_decision(waiting.revision_id):
            ctx.uow.contributions.undo(standing)
        revision.hold_reasons = ["original-returned"]
        ctx.uow.contributions.set_state(waiting, HELD)
        released = ctx.uow.contributions.find_post(waiting.revision_id)
        if released:
            ask_moderators(ctx, released)
