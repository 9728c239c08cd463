"""What lacks a language, for those who translate: syntheses and the forum's own texts first, then what people wrote.

The shortest come first, of the current theme before others; each says what there is, and until when somebody has it.
"""

from dataclasses import dataclass
from datetime import date

from config.i18n import get_catalogue
from config.render import Rendered
from handlers.context import Context
from handlers.mail.parts import clip, pick_part
from handlers.notices import choose_language, render_notice, shown_name
from handlers.words import teach_command
from store.lacking import Lacking
from store.sql import id_of
from store.tables import Phase

MOST = 300
"""Contributions that a list names; nobody reads on."""
_MAX_TEXT = 80
"""Characters of a title or question, and bytes twice as many."""


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the list, ready to be shown."""

    number: int
    title: str
    author_name: str
    size: int
    languages: tuple[str, ...]
    lacks: str
    covers: tuple[int, ...]
    comment: bool
    waiting: bool
    until: date | None


@dataclass(frozen=True, slots=True)
class Synthesized:
    """A synthesis that lacks a language: of which phase, its size in bytes, the languages it is in."""

    number: int
    size: int
    languages: tuple[str, ...]
    until: date | None


@dataclass(frozen=True, slots=True)
class Asked:
    """Everything that lacks a language. `texts` are what only the organizers can add; `more` is what was left out."""

    language: str
    syntheses: tuple[Synthesized, ...]
    texts: tuple[str, ...]
    items: tuple[Item, ...]
    more: int

    @property
    def is_empty(self) -> bool:
        """Whether a translator could do nothing."""
        return not (self.syntheses or self.texts or self.items)


def render_wanted(
    ctx: Context, asked: Asked, language: str, part: int = 1, template: str = "wanted"
) -> tuple[Rendered, int]:
    """A part of the list in a reader's language, and how many parts there are."""
    whole = render_notice(
        ctx, "wanted_list", language, asked=asked, organizers_address=ctx.addresses.postmaster
    )
    text, part, parts = pick_part(whole.body, part)
    rendered = render_notice(
        ctx,
        template,
        language,
        wanted_language=asked.language,
        empty=asked.is_empty,
        example=_find_example(asked, language),
        text=text,
        part=part,
        parts=parts,
        following=teach_command(f"{name_wanted(asked.language)} part {part + 1}", language),
    )
    return rendered, parts


def name_wanted(language: str) -> str:
    """The command that asks for the list of a language."""
    return f"wanted {language}"


def _find_example(asked: Asked, language: str) -> str | None:
    """What stands behind "translate" for the first that nobody has taken."""
    for item in asked.items:
        if item.until is None:
            return str(item.number)
    for one in asked.syntheses:
        if one.until is None:
            return get_catalogue(language).gettext("synthesis %(number)s") % {"number": one.number}
    return None


def find_asked(ctx: Context, language: str, reader: str) -> Asked:
    """What lacks a language now."""
    theme_id = ctx.uow.phases.theme_of(ctx.now)
    lacking, total = ctx.uow.wanted.list_lacking(language, theme_id, MOST)
    phases = [
        (theme.number, phase) for theme, phase in ctx.uow.phases.list_phases() if phase.theme_id == theme_id
    ]
    themes = {number for number, _ in phases}
    return Asked(
        language=language,
        syntheses=tuple(
            found for _, phase in phases if (found := _find_synthesis(ctx, phase, language, reader))
        ),
        texts=tuple(
            clip(text, _MAX_TEXT, 2 * _MAX_TEXT) for text in _list_texts(ctx, themes, language, reader)
        ),
        items=tuple(_show(ctx, one, reader) for one in lacking),
        more=total - len(lacking),
    )


def _show(ctx: Context, one: Lacking, reader: str) -> Item:
    return Item(
        number=one.number,
        title=clip(one.title, _MAX_TEXT, 2 * _MAX_TEXT),
        author_name=clip(shown_name(one.author_name, reader), _MAX_TEXT, 2 * _MAX_TEXT),
        size=one.size,
        languages=one.readable,
        lacks=one.lacks,
        covers=one.covers,
        comment=one.comment,
        waiting=one.waiting,
        until=one.taken_until.astimezone(ctx.settings.zone).date() if one.taken_until else None,
    )


def _find_synthesis(ctx: Context, phase: Phase, language: str, reader: str) -> Synthesized | None:
    """The synthesis of a phase, where there is one and not in this language."""
    syntheses = ctx.uow.phases.list_syntheses(phase.id)
    if not syntheses or language in syntheses:
        return None
    synthesis = choose_language(syntheses, reader, ctx.forum_language, *syntheses)
    claim = ctx.uow.claims.find_open(language, phase_id=id_of(phase))
    return Synthesized(
        number=phase.number,
        size=len(synthesis.text.encode()) if synthesis else 0,
        languages=tuple(syntheses),
        until=claim.expires_at.astimezone(ctx.settings.zone).date() if claim else None,
    )


def _list_texts(ctx: Context, themes: set[int], language: str, reader: str) -> list[str]:
    """Titles and questions of the forum's definition that are not in a language, in one that the reader knows."""
    texts = [ctx.settings.forum.title]
    for theme in ctx.settings.themes:
        if theme.number in themes:
            texts.append(theme.title)
            texts.extend(question.text for question in theme.questions)
            texts.extend(phase.looks_at for phase in theme.phases if phase.looks_at)
    return [" ".join(ctx.settings.text(text, reader).split()) for text in texts if language not in text]
