"""The clock's handler: what fell due is announced, each notice once; what is too late is skipped and reported."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from handlers.announce import Announced, enqueue_announcement, find_announced
from handlers.context import Context
from handlers.due import Calendar, Due, find_due, list_notices
from handlers.notices import enqueue_notice, render_notice
from store.phases import ENQUEUED, SKIPPED


@dataclass(frozen=True, slots=True)
class Announcement:
    """What `handle` did, for the log: "opening" of "2.3" in "fr", enqueued or skipped."""

    kind: str
    subject: str
    occasion: str
    language: str
    state: str


def find_due_now(ctx: Context) -> tuple[tuple[Due, str], ...]:
    """Every notice that is due and not there yet, with its language, in the order in which they fell due."""
    known = ctx.uow.phases.list_notices()
    return find_due(list_calendars(ctx), ctx.settings.languages, known, ctx.now, ctx.settings.zone)


def handle(due: Due, language: str, ctx: Context) -> tuple[Announcement, ...]:
    """Enqueue one notice; nothing where another daemon was faster. Its row and its mail are written together."""
    theme, _, number = due.subject.partition(".")
    phase = find_announced(ctx, int(theme), int(number))
    # Another worker may have mail in hand that came before: its count would lack it for ever.
    if phase is None or ctx.uow.deliveries.has_waiting(due.due_at):
        return ()
    if not _claim(due, language, ENQUEUED, ctx):
        return ()
    enqueue_announcement(ctx, phase, due.kind, due.occasion, language, due.due_at)
    return (Announcement(due.kind, due.subject, due.occasion, language, ENQUEUED),)


def skip(late: Sequence[tuple[Due, str]], ctx: Context) -> tuple[Announcement, ...]:
    """It is too late for these: they are not sent, and the organizers are told in one mail."""
    skipped = tuple(
        Announcement(due.kind, due.subject, due.occasion, language, SKIPPED)
        for due, language in late
        if _claim(due, language, SKIPPED, ctx)
    )
    notices = tuple(dict.fromkeys((item.kind, item.subject, item.occasion) for item in skipped))
    if notices:
        language = ctx.forum_language
        rendered = render_notice(ctx, "skipped", language, notices=notices)
        for email in ctx.settings.forum.organizers:
            enqueue_notice(ctx, "skipped", f"{email}.{notices!r}", email, language, rendered)
    return skipped


def _claim(due: Due, language: str, state: str, ctx: Context) -> bool:
    return ctx.uow.phases.claim_notice(
        due.kind, due.subject, due.occasion, language, due_at=due.due_at, state=state
    )


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
