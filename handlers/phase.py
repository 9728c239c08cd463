"""The clock's handler: what fell due is announced, each notice once; what is too late is skipped and reported."""

from dataclasses import dataclass
from datetime import datetime

from handlers.announce import Announced, enqueue_announcement, find_announced
from handlers.context import Context
from handlers.due import Calendar, Due, find_due, list_notices
from handlers.notices import enqueue_notice, render_notice
from handlers.release import release_orphans
from store.phases import ENQUEUED, SKIPPED


@dataclass(frozen=True, slots=True)
class Announcement:
    """What `handle` did, for the log: "opening" of "2.3" in "fr", enqueued or skipped."""

    kind: str
    subject: str
    occasion: str
    language: str
    state: str


def handle(ctx: Context) -> tuple[Announcement, ...]:
    """Enqueue what is due now, and release what waited in vain. Safe to repeat: a notice's row and its mail are written together, once."""
    release_orphans(ctx)
    calendars = list_calendars(ctx)
    due = find_due(
        calendars, ctx.settings.languages, ctx.uow.phases.list_notices(), ctx.now, ctx.settings.zone
    )
    done = [announcement for item, language in due if (announcement := _announce(ctx, item, language))]
    _report_skipped(ctx, [item for item in done if item.state == SKIPPED])
    return tuple(done)


def find_next_due(ctx: Context) -> datetime | None:
    """The first instant after now at which something falls due."""
    notices = list_notices(list_calendars(ctx), ctx.settings.zone)
    return min((notice.due_at for notice in notices if notice.due_at > ctx.now), default=None)


def list_calendars(ctx: Context) -> tuple[Calendar, ...]:
    """The phases of the file with the instants that stand in the database."""
    phases = _announced(ctx)
    openings = sorted(phase.row.opens_at for phase in phases)
    return tuple(
        Calendar(
            subject=phase.name,
            opens_at=phase.row.opens_at,
            closes_at=phase.row.closes_at,
            next_opens_at=next((opens for opens in openings if opens > phase.row.opens_at), None),
            reminders=tuple(phase.row.reminders),
            announce_at=phase.text.announce_at or ctx.settings.forum.announce_at,
        )
        for phase in phases
    )


def _announced(ctx: Context) -> list[Announced]:
    found = (
        find_announced(ctx, theme.number, phase.number)
        for theme in ctx.settings.themes
        for phase in theme.phases
    )
    return [phase for phase in found if phase]


def _announce(ctx: Context, due: Due, language: str) -> Announcement | None:
    state = SKIPPED if due.is_skipped(ctx.now) else ENQUEUED
    claimed = ctx.uow.phases.claim_notice(
        due.kind, due.subject, due.occasion, language, due_at=due.due_at, state=state
    )
    if not claimed:
        return None
    theme, _, number = due.subject.partition(".")
    phase = find_announced(ctx, int(theme), int(number))
    if state == ENQUEUED and phase:
        enqueue_announcement(ctx, phase, due.kind, due.occasion, language, due.due_at)
    return Announcement(due.kind, due.subject, due.occasion, language, state)


def _report_skipped(ctx: Context, skipped: list[Announcement]) -> None:
    """One mail to each organizer about everything that was too late."""
    if not skipped:
        return
    language = ctx.forum_language
    notices = tuple(dict.fromkeys((item.kind, item.subject, item.occasion) for item in skipped))
    rendered = render_notice(ctx, "skipped", language, notices=notices)
    for email in ctx.settings.forum.organizers:
        enqueue_notice(ctx, "skipped", f"{email}.{notices!r}", email, language, rendered)
