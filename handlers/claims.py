"""Who translates what until when: claimed, extended, given back, reminded of.

A claim keeps two people from the same work and nothing else: a translation that comes without one, or too late, is as
good as any.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from config.render import Rendered
from handlers.context import Context
from handlers.notices import enqueue_notice, is_known, render_notice
from handlers.requests import Request, may_have_text
from store.phases import ENQUEUED
from store.sql import id_of
from store.tables import Claim

REMINDER = "claim_reminder"

MOST, MOST_OF_A_STRANGER = 5, 1
"""Open claims of a person; of somebody who is on no list and had nothing published. A sender can be forged."""
WARNING = timedelta(days=2)
"""How long before its end a claim is reminded of; a short one at half its time."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """Until when somebody has it; whether they had it before."""

    until: datetime
    extended: bool


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why it cannot be claimed: "taken" (by somebody else, until then), "many" (claims already, `most` allowed), …"""

    reason: str
    until: datetime | None = None
    most: int = 0


def claim(
    ctx: Context,
    email: str,
    language: str,
    *,
    contribution_id: int | None = None,
    phase_id: int | None = None,
) -> Claimed | Refusal:
    """Claim a contribution or a synthesis for `claim_days` from now. Of two at once, the lock lets one be first."""
    claims = ctx.uow.claims
    if phase_id is not None:
        contribution_id = None
    claims.lock(contribution_id=contribution_id, phase_id=phase_id)
    emails = ctx.uow.people.list_addresses(email)
    until = ctx.now + timedelta(days=ctx.settings.forum.claim_days)
    there = claims.find_open(language, contribution_id=contribution_id, phase_id=phase_id)
    if there is not None and there.email not in emails:
        return Refusal("taken", there.expires_at)
    if there is not None:
        claims.extend(there, until)
        return Claimed(there.expires_at, extended=True)
    most = MOST if is_known(ctx, *emails) else MOST_OF_A_STRANGER
    if len(claims.list_own(emails)) >= most:
        return Refusal("many", most=most)
    claims.take(email, language, until, contribution_id=contribution_id, phase_id=phase_id)
    return Claimed(until, extended=False)


def answer_release(request: Request, ctx: Context) -> Rendered | None:
    """Give one back: of the language that is named, else of whichever it was claimed in."""
    if not may_have_text(request, ctx):
        return None
    number, synthesis = request.number or 0, "synthesis" in request.said
    phase = ctx.uow.phases.find_latest(number) if synthesis else None
    found = None if synthesis else ctx.uow.contributions.find_by_number(number)
    own = [
        one
        for one in ctx.uow.claims.list_own(ctx.uow.people.list_addresses(request.email))
        if (phase is not None and one.phase_id == phase.id)
        or (found is not None and one.contribution_id == found.id)
    ]
    released = [one for one in own if request.wanted in (None, one.language)]
    for one in released:
        ctx.uow.claims.release(one)
    return render_notice(
        ctx,
        "claim_released",
        request.language,
        number=number,
        synthesis=synthesis,
        released=tuple(one.language for one in released),
    )


def remind_of_claims(ctx: Context) -> None:
    """One reminder before a claim runs out, another where it was extended; what has run out ends without a word."""
    ctx.uow.claims.end_expired()
    warning = min(WARNING, timedelta(days=ctx.settings.forum.claim_days) / 2)
    for one in ctx.uow.claims.list_ending(ctx.now + warning):
        named = _name(one, ctx)
        if named is None or one.language not in ctx.settings.languages:
            continue
        occasion, due_at = f"{one.expires_at:%Y-%m-%dT%H:%M:%S}", one.expires_at - warning
        if ctx.uow.phases.claim_notice(
            REMINDER, f"claim {one.id}", occasion, one.language, due_at=due_at, state=ENQUEUED
        ):
            rendered = render_notice(
                ctx,
                REMINDER,
                one.language,
                number=named[0],
                title=named[1],
                synthesis=one.phase_id is not None,
                target=one.language,
                until=one.expires_at.astimezone(ctx.settings.zone).date(),
                days=ctx.settings.forum.claim_days,
            )
            enqueue_notice(ctx, REMINDER, f"{one.id}.{occasion}", one.email, one.language, rendered)


def _name(one: Claim, ctx: Context) -> tuple[int, str] | None:
    """Number and title of what is claimed; None where it is no longer wanted, or its translation waits for approval."""
    if one.phase_id is not None:
        phase = next((phase for _, phase in ctx.uow.phases.list_phases() if phase.id == one.phase_id), None)
        there = ctx.uow.phases.list_syntheses(one.phase_id)
        return (phase.number, "") if phase and one.language not in there else None
    found = ctx.uow.contributions.find_contribution(one.contribution_id)
    if found is None or found.number is None or found.withdrawn_at or found.merged_into_id is not None:
        return None
    if ctx.uow.wanted.has_waiting(id_of(found), one.language):
        return None
    return found.number, found.title
