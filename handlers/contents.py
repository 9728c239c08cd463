"""Commands about what there is: the calendar ("phases"), what was written in a phase ("list"), and the counts."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from config.render import Rendered
from handlers.announce import find_announced, last_day, list_questions, parse_counts
from handlers.context import Context
from handlers.mail.parts import clip_words
from handlers.notices import render_notice, shown_name
from handlers.requests import Request, answer_once_a_day, find_own_language, may_have_text, render_part
from store.contents import Entry, Text
from store.counts import Counts
from store.sql import id_of
from store.tables import Abstract, Phase, Theme

MOST_NAMED = 5
"""Comments of a contribution whose numbers are named."""
_MAX_TITLE, _MAX_QUESTION = 80, 160
"""Characters, and bytes twice as many."""

Calendar = list[tuple[Theme, Phase]]


@dataclass(frozen=True, slots=True)
class Shown:
    """A phase in the calendar; `state` is "open", "coming" or "closed", `opens` and `closes` local days, both in it."""

    number: int
    state: str
    opens: date
    closes: date
    closes_at: datetime
    questions: tuple[str, ...]
    syntheses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """A contribution in the list, in the reader's language as far as that can be: `title` and `size` of that text.

    `languages` are those that it can be read in.
    """

    number: int
    title: str
    author_name: str
    languages: tuple[str, ...]
    size: int
    comments: tuple[int, ...]
    more_comments: int


@dataclass(frozen=True, slots=True)
class Figures:
    """The counts of a theme, and of its phase that is open or was last, where that is the forum's."""

    title: str
    counts: Counts
    phase_counts: Counts | None
    phase_number: int
    comments: int
    out_of_date: int


def answer_phases(request: Request, ctx: Context) -> Rendered | None:
    """The phases of the theme that a number names, else of the current one."""
    calendar = ctx.uow.phases.list_phases()
    named = [(theme, phase) for theme, phase in calendar if theme.number == request.number]
    current = ctx.uow.phases.theme_of(ctx.now)
    chosen = named or [(theme, phase) for theme, phase in calendar if theme.id == current]
    if not chosen:
        return answer_once_a_day(request, ctx, "no_phase", request.language)
    theme = chosen[0][0]
    others = {each.number for each, _ in calendar if each.id != theme.id}
    return render_part(
        request,
        ctx,
        f"phases {theme.number}",
        "phases",
        theme_title=ctx.settings.text(theme.title, request.language),
        phases=tuple(_show_phase(ctx, theme, phase, request.language) for theme, phase in chosen),
        zone=ctx.settings.zone,
        others=tuple(sorted(others)),
    )


def _show_phase(ctx: Context, theme: Theme, phase: Phase, language: str) -> Shown:
    announced = find_announced(ctx, theme.number, phase.number)
    questions = list_questions(announced) if announced else []
    state = "closed" if phase.closes_at <= ctx.now else "open" if phase.opens_at <= ctx.now else "coming"
    there = ctx.uow.phases.list_syntheses(phase.id)
    return Shown(
        number=phase.number,
        state=state,
        opens=phase.opens_at.astimezone(ctx.settings.zone).date(),
        closes=last_day(ctx, phase),
        closes_at=phase.closes_at,
        questions=tuple(
            clip_words(ctx.settings.text(question.text, language), _MAX_QUESTION) for question in questions
        ),
        syntheses=tuple(each for each in ctx.settings.languages if each in there),
    )


def answer_list(request: Request, ctx: Context) -> Rendered | None:
    """What was written in a phase; where a language is named, what can be read in it."""
    calendar = ctx.uow.phases.list_phases()
    phase = _choose_phase(request, ctx, calendar)
    if phase is None:
        return answer_once_a_day(request, ctx, "no_phase", request.language)
    reader = request.wanted or find_own_language(request, ctx)
    entries = _list_entries(ctx, phase, calendar)
    if request.wanted:
        entries = [entry for entry in entries if any(text.language == reader for text in entry.texts)]
    abstracts = ctx.uow.abstracts.list_published([entry.contribution_id for entry in entries], reader)
    return render_part(
        request,
        ctx,
        f"list {phase.number}{' ' + request.wanted if request.wanted else ''}",
        "contents",
        number=phase.number,
        filtered=request.wanted,
        items=tuple(
            _show_entry(entry, reader, abstracts.get(entry.contribution_id), request.language)
            for entry in entries
        ),
    )


def _choose_phase(request: Request, ctx: Context, calendar: Calendar) -> Phase | None:
    """The phase that is named; else of those that have begun the last in which anything was written, else the last."""
    if request.number is not None:
        return ctx.uow.phases.find_latest(request.number)
    begun = [phase for _, phase in calendar if phase.opens_at <= ctx.now]
    if not begun:
        return calendar[0][1] if calendar else None
    written = ctx.uow.contents.has_any([id_of(phase) for phase in begun])
    return next((phase for phase in reversed(begun) if phase.id in written), begun[-1])


def _list_entries(ctx: Context, phase: Phase, calendar: Calendar) -> list[Entry]:
    """With what came after the phase and before the next one; before the first one what came before it."""
    own = [each for _, each in calendar if each.theme_id == phase.theme_id]
    since = None if own and own[0].id == phase.id else phase.opens_at
    before = next((each.opens_at for each in own if each.opens_at > phase.opens_at), None)
    return ctx.uow.contents.list_entries(phase.theme_id, id_of(phase), since, before)


def _show_entry(entry: Entry, reader: str, abstract: Abstract | None, language: str) -> Item:
    text = _choose_text(entry, reader)
    complete = tuple(each.language for each in entry.texts if each.complete)
    title = abstract.title if abstract and text.language != reader else text.title
    return Item(
        number=entry.number,
        title=clip_words(title, _MAX_TITLE),
        author_name=clip_words(shown_name(entry.author_name, language), _MAX_TITLE),
        languages=complete or tuple(each.language for each in entry.texts),
        size=text.size,
        comments=entry.comments[:MOST_NAMED],
        more_comments=max(len(entry.comments) - MOST_NAMED, 0),
    )


def _choose_text(entry: Entry, reader: str) -> Text:
    """What "get" would send the reader: in their language, else the original."""
    return next((text for text in entry.texts if text.language == reader), entry.texts[0])


def answer_counts(request: Request, ctx: Context) -> Rendered | None:
    """The counts as they are now, of each theme that has begun, and of the phase that is open or was last."""
    begun = [(theme, phase) for theme, phase in ctx.uow.phases.list_phases() if phase.opens_at <= ctx.now]
    if not may_have_text(request, ctx):
        return None
    # Of each theme the phase that began last.
    latest = {theme.number: (theme, phase) for theme, phase in begun}
    current = begun[-1][1] if begun else None
    themes = []
    for theme, phase in reversed(latest.values()):
        # What has come up to now is in it, what comes in this instant as well.
        counted = ctx.uow.phases.count(phase, ctx.settings.languages, ctx.now + timedelta.resolution)
        themes.append(
            Figures(
                title=ctx.settings.text(theme.title, request.language),
                counts=parse_counts(counted["theme"]),
                phase_counts=parse_counts(counted["phase"]) if phase is current else None,
                phase_number=phase.number,
                comments=counted["comments"],
                out_of_date=counted["out_of_date"],
            )
        )
    return render_notice(
        ctx,
        "figures",
        request.language,
        themes=tuple(themes),
        all_languages=ctx.settings.languages,
        moment=ctx.now,
        zone=ctx.settings.zone,
    )
