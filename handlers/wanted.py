"""The command "wanted": the list of what lacks a language, now, or every Monday until its reader asks to stop."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from config.dates import to_instant
from config.render import Rendered
from handlers.asked import find_asked, name_wanted, render_wanted
from handlers.context import Context
from handlers.notices import enqueue_notice, language_of, may_answer, render_notice
from handlers.requests import Request, answer_once_a_day, find_own_language, may_have_text, remember_part
from store.phases import ENQUEUED

WEEKLY = "wanted_weekly"
"""Kind of the mail that comes every week."""


def answer_wanted(request: Request, ctx: Context) -> Rendered | None:
    """The list, in parts; or, with "weekly" or "stop", whether it is sent every week."""
    language = request.wanted or find_own_language(request, ctx)
    if "stop" in request.said:
        return _stop(request, ctx)
    if "weekly" in request.said:
        return _begin(request, ctx, language)
    if not may_have_text(request, ctx):
        return None
    asked = find_asked(ctx, language, request.language)
    rendered, parts = render_wanted(ctx, asked, request.language, request.part)
    remember_part(request, ctx, name_wanted(language), min(max(request.part, 1), parts), parts)
    return rendered


def _begin(request: Request, ctx: Context, language: str) -> Rendered | None:
    """Who is on a list of the forum need not confirm: it is one mail a week, which says how to stop it."""
    if not ctx.uow.people.languages(request.email):
        return answer_once_a_day(request, ctx, "weekly_refused", language)
    ctx.uow.claims.watch(request.email, language)
    due_at = _find_due(ctx)
    first = due_at if ctx.now < due_at else due_at + timedelta(days=7)
    if not may_answer(ctx, request.email, f"weekly_begun {language}"):
        return None
    day = first.astimezone(ctx.settings.zone).date()
    return render_notice(ctx, "weekly_begun", request.language, list_language=language, first=day)


def _stop(request: Request, ctx: Context) -> Rendered | None:
    """For the language that is named, else for all; whichever of their addresses the person writes from."""
    ctx.uow.claims.unwatch(ctx.uow.people.list_addresses(request.email), request.wanted)
    return answer_once_a_day(request, ctx, "weekly_stopped", request.wanted or "")


def send_weekly(ctx: Context) -> None:
    """Once a week and language, whatever crashes and however many daemons run; nothing where nothing is lacking."""
    due_at = _find_due(ctx)
    if ctx.now < due_at:
        return
    watches = [
        watch for watch in ctx.uow.claims.list_watches(due_at) if watch.language in ctx.settings.languages
    ]
    year, week, _ = due_at.astimezone(ctx.settings.zone).isocalendar()
    occasion = f"{year}-W{week:02}"
    for language in dict.fromkeys(watch.language for watch in watches):
        if ctx.uow.phases.claim_notice(WEEKLY, "", occasion, language, due_at=due_at, state=ENQUEUED):
            emails = [watch.email for watch in watches if watch.language == language]
            _send(ctx, language, occasion, emails)


def _send(ctx: Context, language: str, occasion: str, emails: Sequence[str]) -> None:
    """A mail to each in their own language; nothing to those who have left the forum, or whose mail comes back."""
    lists: dict[str, tuple[Rendered, int] | None] = {}
    for email in emails:
        on = ctx.uow.people.languages(email)
        reader = language if language in on else language_of(ctx, email)
        if on and reader not in lists:
            asked = find_asked(ctx, language, reader)
            lists[reader] = None if asked.is_empty else render_wanted(ctx, asked, reader, template=WEEKLY)
        if on and (found := lists[reader]):
            rendered, parts = found
            enqueue_notice(ctx, WEEKLY, f"{occasion}.{language}.{email}", email, reader, rendered)
            if parts > 1:
                ctx.uow.readings.keep(email, name_wanted(language), 1, parts)


def _find_due(ctx: Context) -> datetime:
    """The instant of this week's list: Monday at the hour of announcements, local time."""
    today = ctx.now.astimezone(ctx.settings.zone).date()
    monday = today - timedelta(days=today.weekday())
    return to_instant(monday, ctx.settings.forum.announce_at, ctx.settings.zone)
