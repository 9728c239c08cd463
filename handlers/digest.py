"""The clock's part of delivery: modes that end, and digests when they are due, whoever has them and whatever for.

At a local hour, every day or on Mondays, everything that waited then is told, once. It stays within 8 kB and within the
budget of its reader: what does not fit comes with the next digest, which tells it first, and how much that is is said.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from config.dates import find_latest
from config.render import Rendered
from handlers.belonging import DIGEST
from handlers.context import Context
from handlers.list_mail import find_week, write_list_mail
from handlers.listing import KINDS, Item, Texts
from handlers.mail.digest import Entry, Fitted, fit
from handlers.mail.parts import clip
from handlers.notices import render_notice
from store.digests import BY_DIGEST, Reader, Slot

LIMIT = 8_000
"""Bytes of a digest."""
FEW = 300
"""Bytes of lines that a digest is worth its frame for."""
LEAST = 700
"""Bytes of lines that one has once a week, whatever is left of a budget: nobody waits for ever."""
LINE = 48
"""Characters of a title in the list of contents, and at most twice as many bytes."""
_SLACK = 32
"""Bytes by which figures may differ between the frame that is measured and the one that is sent."""
_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Group:
    """What readers have in common who get one and the same digest; `budget` where it is why they do.

    `room` is in bytes; `overdue` says that they have waited for a week, and get some of it whatever the room.
    """

    language: str
    languages: tuple[str, ...]
    list_language: str
    room: int
    overdue: bool
    budget: int | None
    waiting: frozenset[tuple[int, datetime]]


def send_digests(ctx: Context) -> None:
    """Everything that is due now: each digest once, late where nobody looked in time, none where nothing is new."""
    ctx.uow.wishes.end_modes()
    for slot in ctx.uow.digests.list_slots():
        at = ctx.settings.forum.announce_at if slot.hour is None else time(slot.hour)
        due_at = find_latest(ctx.now, at, find_zone(ctx, slot.time_zone), weekly=slot.weekly)
        readers = ctx.uow.digests.claim(slot, due_at)
        if readers:
            texts = Texts(ctx, sorted({one for reader in readers for one in reader.waiting}))
            for group, members in _group(ctx, readers, due_at).items():
                _send(ctx, texts, group, members, slot, due_at)


def find_zone(ctx: Context, name: str | None) -> ZoneInfo:
    """Somebody's time zone; the forum's where they named none, or one that there is no more."""
    try:
        return ZoneInfo(name) if name else ctx.settings.zone
    except (ZoneInfoNotFoundError, ValueError):
        return ctx.settings.zone


def _group(ctx: Context, readers: Sequence[Reader], due_at: datetime) -> dict[Group, list[Reader]]:
    """Readers by what they have in common."""
    limited = [reader.person_id for reader in readers if reader.budget is not None]
    used = ctx.uow.budgets.count_used(limited, find_week(ctx)) if limited else {}
    groups: dict[Group, list[Reader]] = {}
    for reader in readers:
        languages = [language for language in reader.languages if language in ctx.settings.languages]
        hosted = [language for language in languages if ctx.settings.list_for(language).hosted]
        if not hosted:
            continue
        left = LIMIT if reader.budget is None else reader.budget - used.get(reader.person_id, 0)
        language = reader.language if reader.language in ctx.settings.languages else languages[0]
        group = Group(
            language=language or languages[0],
            languages=tuple(sorted(languages, key=lambda one: (one != language, one))),
            list_language=language if language in hosted and language else hosted[0],
            room=min(LIMIT, left),
            overdue=min(reader.waiting.values()) <= due_at - _WEEK,
            budget=None if reader.mode in BY_DIGEST else reader.budget,
            waiting=frozenset(reader.waiting.items()),
        )
        groups.setdefault(group, []).append(reader)
    return groups


def _send(
    ctx: Context, texts: Texts, group: Group, members: Sequence[Reader], slot: Slot, due_at: datetime
) -> None:
    """One mail for all of a group; what it tells waits no longer, nor does what was withdrawn meanwhile."""
    waiting = dict(group.waiting)
    reading = tuple(dict.fromkeys((group.language, *group.languages)))
    before = due_at - (_WEEK if slot.weekly else timedelta(days=1))
    items = texts.list_items(waiting, reading, before)
    people = [reader.person_id for reader in members]
    key = f"{due_at:%Y%m%d%H%M}.{min(people)}"
    fitted, shown = _fit(ctx, group, items, due_at, key)
    told = {revision for item in shown for revision in item.revisions}
    left = {revision for item in items[len(shown) :] for revision in item.revisions}
    if shown:
        rendered = _render(ctx, group, shown, fitted, due_at)
        draft = write_list_mail(ctx, DIGEST, key, group.list_language, rendered)
        ctx.uow.outbox.enqueue(draft, [reader.email for reader in members])
    ctx.uow.digests.mark_told(people, told | (set(waiting) - left))


def _fit(
    ctx: Context, group: Group, items: Sequence[Item], due_at: datetime, key: str
) -> tuple[Fitted, Sequence[Item]]:
    """As many as there is room for beside headers and frame; none where that is not worth a mail today."""
    empty = _render(ctx, group, items, Fitted("", "", 0, len(items)), due_at)
    frame = len(write_list_mail(ctx, DIGEST, key, group.list_language, empty).content)
    room = group.room - frame - _SLACK
    if group.overdue:
        room = max(room, LEAST)
    if room < FEW:
        return Fitted("", "", 0, len(items)), ()
    fitted = fit([_enter(ctx, group, item) for item in items], room)
    return fitted, items[: fitted.shown]


def _enter(ctx: Context, group: Group, item: Item) -> Entry:
    """An item as a line, and as what stands below: with its first lines, with fewer, without.

    Where there are none, the line says who wrote it; those who have too little room get lines alone.
    """
    title = clip(item.title, LINE, 2 * LINE)
    alone = group.budget is None and not item.beginnings
    line = render_notice(
        ctx,
        "digest_line",
        group.language,
        item=item,
        title=title if title == item.title else f"{title.rstrip()}…",
        author_name=clip(item.author_name, LINE, 2 * LINE) if alone else "",
    ).body.strip("\n")
    if alone or group.budget is not None:
        return Entry(line)
    blocks = (
        render_notice(ctx, "digest_item", group.language, item=item, beginning=beginning).body.strip("\n")
        for beginning in (*item.beginnings, "")
    )
    return Entry(line, tuple(blocks))


def _render(ctx: Context, group: Group, shown: Sequence[Item], fitted: Fitted, due_at: datetime) -> Rendered:
    counts = {kind: sum(item.kind == kind for item in shown) for kind in KINDS}
    new = {item.language for item in shown if item.kind == "contribution"}
    return render_notice(
        ctx,
        "digest",
        group.language,
        counts=counts,
        total=len(shown),
        languages=len(new),
        example=shown[0].number if shown else 1,
        contents=fitted.contents,
        below=fitted.below,
        left=fitted.left,
        budget=group.budget,
        day=due_at.astimezone(ctx.settings.zone).date(),
    )
