"""The command "print": a phase's booklet, part by part, or whole to whoever is on a list and asks for it.

Somebody who has e-mail prints it, reads it aloud or posts it for those who have none.
"""

from dataclasses import asdict

from config.render import Rendered
from handlers.booklet import load_booklet, render_booklet
from handlers.context import Context
from handlers.notices import enqueue_answer, render_notice
from handlers.requests import Request, answer_once_a_day, find_own_language, may_have_text, take_part
from store.tables import Phase

WHOLE_A_DAY = 1
"""Booklets that go out in one mail, to an address."""


def answer_print(request: Request, ctx: Context) -> Rendered | None:
    """The booklet of the phase that is named, else of the one that is open or was last."""
    phase = _find_phase(request, ctx)
    if phase is None:
        return answer_once_a_day(request, ctx, "no_phase", request.language)
    language = request.wanted or find_own_language(request, ctx)
    if not may_have_text(request, ctx):
        return None
    booklet = load_booklet(ctx, phase, language)
    if "whole" in request.said and _may_have_whole(request, ctx):
        key = f"{request.incoming.delivery_id}.{phase.id}.{language}"
        enqueue_answer(ctx, request.incoming, "booklet", key, language, render_booklet(booklet))
        return None
    text = render_booklet(booklet).body
    part = take_part(request, ctx, f"print {phase.number} {language}", text, request.language)
    return render_notice(
        ctx,
        "booklet_part",
        request.language,
        number=phase.number,
        booklet_language=language,
        size=len(text.encode()),
        # A forged sender must not bring its victim a large mail.
        whole=part.part == 1 and bool(ctx.uow.people.languages(request.email)),
        **asdict(part),
    )


def _find_phase(request: Request, ctx: Context) -> Phase | None:
    if request.number is not None:
        return ctx.uow.phases.find_latest(request.number)
    begun = [phase for _, phase in ctx.uow.phases.list_phases() if phase.opens_at <= ctx.now]
    return max(begun, key=lambda phase: phase.opens_at, default=None)


def _may_have_whole(request: Request, ctx: Context) -> bool:
    on = ctx.uow.people.languages(request.email)
    return bool(on) and ctx.uow.people.allow(request.email, "booklet", WHOLE_A_DAY)
