"""Announcements to the lists: what an opening, a reminder, a closing and a published synthesis show.

The values come from the stored snapshot, so that every language and every rendering shows the same figures.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from config.dates import parse_days
from config.forum import Phase as PhaseText
from config.forum import Question
from config.forum import Theme as ThemeText
from config.render import Rendered
from handlers.context import Context
from handlers.list_mail import enqueue_list_mail
from handlers.notices import About, choose_language, render_notice
from store.counts import Counts
from store.phases import ENQUEUED
from store.tables import Phase, Synthesis

LATE = timedelta(hours=1)
"""An announcement that goes out later than this says so."""


@dataclass(frozen=True, slots=True)
class Announced:
    """A phase as the file tells it and as the database knows it."""

    theme_text: ThemeText
    text: PhaseText
    row: Phase

    @property
    def name(self) -> str:
        """ "2.3": theme and phase."""
        return f"{self.theme_text.number}.{self.text.number}"


def render_announcement(
    ctx: Context, phase: Announced, kind: str, occasion: str, language: str, *, late: date | None = None
) -> Rendered:
    """An opening, reminder or closing in a language, with the figures of its snapshot."""
    counts = _snapshot(ctx, phase, kind, occasion)
    # A snapshot of an earlier version of this program does not say how many are out of date.
    values = _common(ctx, phase, language) | {"late": late, "out_of_date": counts.get("out_of_date", 0)}
    theme = parse_counts(counts["theme"])
    if kind == "opening":
        values |= _opening(ctx, phase, language, theme)
    elif kind == "reminder":
        values |= {"days": parse_days(occasion), "counts": theme}
    else:
        values |= _closing(ctx, phase, language, counts)
    return render_notice(ctx, kind, language, **values)


def enqueue_announcement(
    ctx: Context, phase: Announced, kind: str, occasion: str, language: str, due_at: datetime
) -> int | None:
    """Write it to the outbox, once; over an hour after `due_at` it says when it should have come."""
    late = due_at.astimezone(ctx.settings.zone).date() if ctx.now - due_at > LATE else None
    return enqueue_list_mail(
        ctx,
        kind,
        ".".join(filter(None, (phase.name, occasion, language))),
        language,
        render_announcement(ctx, phase, kind, occasion, language, late=late),
        about=About(phase_id=phase.row.id),
    )


def announce_synthesis(ctx: Context, synthesis: Synthesis) -> None:
    """Tell the list of its language, once a phase and language; what comes after is a correction."""
    number = next((row.number for _, row in ctx.uow.phases.list_phases() if row.id == synthesis.phase_id), 0)
    claimed = ctx.uow.phases.claim_notice(
        "synthesis_published",
        f"phase {synthesis.phase_id}",
        "",
        synthesis.language,
        due_at=ctx.now,
        state=ENQUEUED,
    )
    if not claimed:
        return
    rendered = render_notice(
        ctx,
        "synthesis_published",
        synthesis.language,
        number=number,
        paragraphs=tuple(synthesis.where_we_are),
        link=synthesis.link,
    )
    enqueue_list_mail(
        ctx,
        "synthesis_published",
        f"{synthesis.id}",
        synthesis.language,
        rendered,
        about=About(phase_id=synthesis.phase_id),
    )


def find_announced(ctx: Context, theme: int, number: int) -> Announced | None:
    """A phase that both the file and the database know."""
    row = ctx.uow.phases.find(theme, number)
    try:
        theme_text, text = ctx.settings.get_phase(theme, number)
    except KeyError:
        return None
    return Announced(theme_text, text, row) if row else None


def _common(ctx: Context, phase: Announced, language: str) -> dict[str, Any]:
    zone, row = ctx.settings.zone, phase.row
    return {
        "phase_number": row.number,
        "questions": [ctx.settings.text(question.text, language) for question in list_questions(phase)],
        "opens": row.opens_at.astimezone(zone).date(),
        "closes": last_day(ctx, row),
        "closes_at": row.closes_at,
        "zone": zone,
        "all_languages": ctx.settings.languages,
        "lists": tuple((item.language, item.address) for item in ctx.settings.lists),
    }


def list_questions(phase: Announced) -> list[Question]:
    """The questions that a phase takes up."""
    return [question for question in phase.theme_text.questions if question.number in phase.text.questions]


def _opening(ctx: Context, phase: Announced, language: str, theme: Counts) -> dict[str, Any]:
    previous = ctx.uow.phases.find_previous(phase.row)
    syntheses = ctx.uow.phases.list_syntheses(previous.id) if previous else {}
    chosen = _in_language(ctx, syntheses, language)
    looks_at = ctx.settings.text(phase.text.looks_at, language)
    if not looks_at:
        looks_at = "\n\n".join(
            ctx.settings.text(question.text, language) for question in list_questions(phase)
        )
    return {
        "counts": theme if previous else None,
        "synthesis": (previous.number, chosen.link) if previous and chosen else None,
        "where_we_are": tuple(chosen.where_we_are) if chosen else (),
        "summary_language": chosen.language if chosen else language,
        "previous_phase_number": previous.number if previous else 0,
        "looks_at": looks_at,
    }


def _closing(ctx: Context, phase: Announced, language: str, counts: dict[str, Any]) -> dict[str, Any]:
    following = ctx.uow.phases.find_next(phase.row.opens_at)
    zone = ctx.settings.zone
    chosen = _in_language(ctx, ctx.uow.phases.list_syntheses(phase.row.id), language)
    lacking = counts["lacking"]
    return {
        "counts": parse_counts(counts["theme"]),
        "phase_counts": parse_counts(counts["phase"]),
        "comments": counts["comments"],
        "lacking": tuple((code, lacking[code]) for code in ctx.settings.languages if code in lacking),
        "synthesis": (phase.row.number, chosen.link) if chosen else None,
        "next_phase": (
            following.number,
            following.opens_at.astimezone(zone).date(),
            last_day(ctx, following),
        )
        if following
        else None,
    }


def _in_language(ctx: Context, syntheses: dict[str, Synthesis], language: str) -> Synthesis | None:
    """The synthesis in a language, else in the forum's, else in any."""
    return choose_language(syntheses, language, ctx.forum_language, *syntheses)


def last_day(ctx: Context, row: Phase) -> date:
    """The local date of the last day that belongs to a phase."""
    return (row.closes_at - timedelta(microseconds=1)).astimezone(ctx.settings.zone).date()


def _snapshot(ctx: Context, phase: Announced, kind: str, occasion: str) -> dict[str, Any]:
    """Openings count up to the opening, closings up to the close, reminders up to now; each once."""
    before = {"opening": phase.row.opens_at, "closing": phase.row.closes_at}.get(kind, ctx.now)
    name = f"{kind} {occasion}".strip()
    return ctx.uow.phases.get_snapshot(
        phase.row, name, lambda: ctx.uow.phases.count(phase.row, ctx.settings.languages, before)
    )


def parse_counts(plain: Any) -> Counts:
    """A partition as the snapshot keeps it."""
    return Counts(
        total=plain["total"],
        lines=tuple((tuple(members), number) for members, number in plain["lines"]),
        folded=tuple((size, number) for size, number in plain["folded"]),
    )
