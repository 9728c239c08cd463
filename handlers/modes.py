"""The command "mode": how somebody wants the forum's texts, when, and until when.

It needs no confirmation: a forged one does little harm, because whoever it is about is told, and how to undo it.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from babel.dates import get_timezone_location

from config.dates import to_instant
from config.i18n import get_catalogue
from config.render import Rendered
from handlers.context import Context
from handlers.digest import find_zone
from handlers.mail.modes import ModeWish, UnclearError, parse_mode
from handlers.notices import render_notice
from handlers.requests import Request, answer_once_a_day, is_proven
from handlers.wish_words import list_mode_words, wish_words
from handlers.words import command_words
from store.tables import Person

CHANGES_A_DAY = 5
"""What a forger can have somebody told; further changes of that day are only made in answer to a mail of ours."""
ANSWERS_A_DAY = 10


@dataclass(frozen=True, slots=True)
class Shown:
    """A mode as it is shown: local `hour` and minute in `city`; the last day of one for a time, and what comes then."""

    mode: str
    hour: time
    city: str
    until: date | None = None
    after: str = ""


def answer_mode(request: Request, ctx: Context) -> Rendered | None:
    """What is set and what may be; or what is set from now on. What is not understood changes nothing."""
    person = find_reader(request, ctx)
    if person is None:
        return answer_once_a_day(request, ctx, "mode_refused", request.language)
    if not request.command.arguments:
        return render_mode(request, ctx, person, "mode_shown", "mode")
    zone, languages = find_zone(ctx, person.time_zone), ctx.settings.languages
    try:
        wish = parse_mode(
            request.command.arguments, wish_words(languages), ctx.now.astimezone(zone).date(), languages
        )
    except UnclearError as error:
        return render_mode(request, ctx, person, "mode_unclear", "unclear mode", words=error.words)
    former, words = person.mode, _former_hour(person, wish, ctx)
    allowed = ctx.uow.people.allow(request.email, "changed mode", CHANGES_A_DAY)
    if not allowed and not is_proven(request, ctx):
        return None
    _change(person, wish, ctx)
    ctx.uow.wishes.keep(person)
    return render_mode(request, ctx, person, "mode_changed", former=former, behind=words)


def find_reader(request: Request, ctx: Context) -> Person | None:
    """Whoever asks, where they are on a list of ours with any of their addresses."""
    addresses = ctx.uow.people.list_addresses(request.email)
    if not any(ctx.uow.people.languages(address) for address in addresses):
        return None
    ctx.uow.wishes.end_modes()
    return ctx.uow.wishes.find(request.email)


def render_mode(
    request: Request, ctx: Context, person: Person, template: str, kind: str = "", **values: object
) -> Rendered | None:
    """What is set, with what may be said to set it; None where an address has had too many such answers today."""
    if kind and not ctx.uow.people.allow(request.email, kind, ANSWERS_A_DAY):
        return None
    language = request.language
    return render_notice(
        ctx,
        template,
        language,
        shown=show_mode(ctx, person, language),
        command=command_words((language,))[language]["mode"][0],
        mode_words={mode: words[0] for mode, words in list_mode_words(get_catalogue(language)).items()},
        example=(ctx.now.astimezone(ctx.settings.zone) + timedelta(days=30)).date(),
        **values,
    )


def show_mode(ctx: Context, person: Person, language: str) -> Shown:
    """Somebody's mode as they may read it."""
    zone = find_zone(ctx, person.time_zone)
    hour = ctx.settings.forum.announce_at if person.digest_hour is None else time(person.digest_hour)
    city = str(get_timezone_location(zone.key, locale=get_catalogue(language).locale, return_city=True))
    return Shown(
        person.mode,
        hour,
        # What Babel has no name for keeps that of its region in front.
        city.rpartition("/")[2] if zone.key != "UTC" else zone.key,
        _last_day(person.mode_until, zone) if person.mode_until else None,
        person.mode_after,
    )


def _former_hour(person: Person, wish: ModeWish, ctx: Context) -> str:
    """What has to stand behind a mode to have back the hour and the zone that a wish changes."""
    hour = ctx.settings.forum.announce_at.hour if person.digest_hour is None else person.digest_hour
    said = (
        str(hour) if wish.hour is not None else "",
        find_zone(ctx, person.time_zone).key if wish.zone else "",
    )
    return "".join(f" {word}" for word in said if word)


def _change(person: Person, wish: ModeWish, ctx: Context) -> None:
    person.digest_hour = wish.hour if wish.hour is not None else person.digest_hour
    person.time_zone = wish.zone or person.time_zone
    if wish.mode is None:
        return
    lasting = person.mode_after if person.mode_until else person.mode
    person.mode, person.mode_until = wish.mode, None
    if wish.until is not None and wish.mode != lasting:
        zone = find_zone(ctx, person.time_zone)
        person.mode_until = to_instant(wish.until + timedelta(days=1), time(), zone)
        person.mode_after = lasting


def _last_day(until: datetime, zone: ZoneInfo) -> date:
    return (until - timedelta(microseconds=1)).astimezone(zone).date()
