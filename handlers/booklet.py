"""A phase as one booklet, for those without e-mail: made to be printed, read aloud or posted on a wall.

Every contribution that the counts count is in it exactly once, by number, each followed by its comments. Nothing is
in it that makes sense in a mail only, and no address of anybody.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from config.i18n import get_catalogue
from config.render import Rendered, render
from handlers.announce import find_announced, last_day, list_questions, parse_counts
from handlers.context import Context
from handlers.mail.paragraphs import split_paragraphs
from handlers.notices import choose_language, find_forum_title, shown_name, with_place
from handlers.versions import Marks, make_marks
from store.counts import Counts
from store.posts import TRANSLATION, Post
from store.sql import id_of
from store.tables import Abstract, Phase

MAX_SYNTHESIS = 10_000
"""Bytes of a synthesis that is printed whole."""

_ADDRESS = re.compile(r"(?:mailto:)?[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")

_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufdd0-\ufdef\ufffe\uffff]")
"""What XML cannot hold, and overrides of direction."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A contribution or a comment as it is printed: its text in `language`, which is that of `written_in` or another.

    `abstract`: only its sense in a few lines, by a machine where `marks.machine`. Names are as they are shown.
    """

    number: int
    title: str
    author_name: str
    day: date
    written_in: str
    language: str
    paragraphs: tuple[str, ...]
    marks: Marks
    translator_name: str = ""
    abstract: bool = False
    comments: tuple["Entry", ...] = ()


@dataclass(frozen=True, slots=True)
class Booklet:
    """All of it. `counts` is the partition of the phase's contributions, whose total is the number of `entries`."""

    language: str
    forum_title: str
    phase_number: int
    opens: date
    closes: date
    questions: tuple[str, ...]
    counted_on: date
    counts: Counts
    all_languages: tuple[str, ...]
    where_we_are: tuple[str, ...]
    synthesis: tuple[str, ...]
    entries: tuple[Entry, ...]


def load_booklet(ctx: Context, phase: Phase, language: str) -> Booklet:
    """The booklet of a phase in a language, as things stand now."""
    zone, settings = ctx.settings.zone, ctx.settings
    theme = ctx.uow.phases.theme_number(phase)
    announced = find_announced(ctx, theme, phase.number)
    posts = ctx.uow.booklets.list_posts(phase.theme_id, id_of(phase), language, settings.languages)
    abstracts = ctx.uow.abstracts.list_published({post.contribution_id for post in posts}, language)
    # What came at this very instant is among the entries, too.
    counts = ctx.uow.phases.count(phase, settings.languages, ctx.now + timedelta(microseconds=1))["phase"]
    synthesis = choose_language(ctx.uow.phases.list_syntheses(phase.id), language)
    short = synthesis is not None and len(synthesis.text.encode()) <= MAX_SYNTHESIS
    return Booklet(
        language=language,
        forum_title=find_forum_title(ctx, language),
        phase_number=phase.number,
        opens=phase.opens_at.astimezone(zone).date(),
        closes=last_day(ctx, phase),
        questions=tuple(settings.text(question.text, language) for question in list_questions(announced))
        if announced
        else (),
        counted_on=ctx.now.astimezone(zone).date(),
        counts=parse_counts(counts),
        all_languages=settings.languages,
        where_we_are=tuple(synthesis.where_we_are) if synthesis and not short else (),
        synthesis=split_paragraphs(mask_addresses(synthesis.text, language)) if synthesis and short else (),
        entries=arrange(posts, abstracts, language, id_of(phase), zone),
    )


def render_booklet(booklet: Booklet) -> Rendered:
    """The booklet as plain text, in lines of at most 72 columns."""
    return render("booklet", booklet.language, booklet=booklet)


def arrange(
    posts: Sequence[Post], abstracts: Mapping[int, Abstract], language: str, phase_id: int, zone: ZoneInfo
) -> tuple[Entry, ...]:
    """A phase's contributions by number, each with its comments; of each the text in `language`, else its abstract.

    Else its original. `posts` may hold comments of other phases' contributions, which are left out.
    """
    texts: dict[int, list[Post]] = {}
    for post in posts:
        texts.setdefault(post.contribution_id, []).append(post)
    contributions = {key: found[0].contribution for key, found in texts.items()}
    entries = {key: _show(found, abstracts.get(key), language, zone) for key, found in texts.items()}
    comments: dict[int, list[Entry]] = {}
    for key, contribution in contributions.items():
        root, seen = key, {key}
        while (parent := contributions[root].parent_id) in contributions and parent not in seen:
            root = parent
            seen.add(root)
        if contribution.parent_id is not None:
            comments.setdefault(root, []).append(entries[key])
    return tuple(
        replace(entries[key], comments=_by_number(comments.get(key, ())))
        for key in sorted(entries, key=lambda key: entries[key].number)
        if contributions[key].parent_id is None and contributions[key].phase_id == phase_id
    )


def mask_addresses(text: str, language: str) -> str:
    """A text in which no e-mail address can be read, nor anything that turns what stands beside it around."""
    word = get_catalogue(language).pgettext("in place of an e-mail address", "[address]")
    return _ADDRESS.sub(lambda _: word, _UNSEEN.sub("", text))


def _by_number(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    return tuple(sorted(entries, key=lambda entry: entry.number))


def _show(posts: Sequence[Post], abstract: Abstract | None, reader: str, zone: ZoneInfo) -> Entry:
    """The one text that is printed of a contribution."""
    contribution = posts[0].contribution
    original = next((post for post in posts if post.version.role != TRANSLATION), None)
    own = next((post for post in posts if post.version.language == reader), None)
    post = own or original or posts[0]
    shortened = abstract if own is None else None
    translated = post.version.role == TRANSLATION
    title = shortened.title if shortened else post.revision.title
    place = original.revision.place if original else ""
    return Entry(
        number=contribution.number or 0,
        title=mask_addresses(title, reader),
        author_name=with_place(shown_name(contribution.author_name, reader), place),
        day=contribution.received_at.astimezone(zone).date(),
        written_in=contribution.language,
        language=reader if shortened else post.version.language,
        paragraphs=split_paragraphs(
            mask_addresses(shortened.text if shortened else post.revision.text, reader)
        ),
        marks=Marks(machine=shortened.machine) if shortened else make_marks(post, original),
        translator_name=shown_name(post.revision.author_name, reader) if translated else "",
        abstract=shortened is not None,
    )
