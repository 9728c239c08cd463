"""The command "search": every published text in every language that has all the words, best first, in parts.

Behind it stand words, "several that stand together" in quotation marks, and -words that must not be there. What
somebody wrote is read as words and nothing else, both for the index and in our answer: who forges a sender cannot have
us send their advertisement.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from config.folding import fold_text
from config.render import Rendered
from handlers.context import Context
from handlers.mail.commands import fold_words
from handlers.mail.parts import clip
from handlers.mail.snippets import find_snippet
from handlers.notices import render_notice, shown_name
from handlers.requests import Request, answer_once_a_day, may_have_text, remember_part
from handlers.words import part_words
from store.search import Hit
from store.terms import Term, find_forms, is_beginning

A_PART = 10
"""Contributions in one answer: some 3 kB, in Arabic 5."""
MOST = 100
"""Contributions that are shown of all that were found."""
MAX_TERMS = 12
MAX_WORDS = 8
"""Words of one term."""
MAX_LETTERS = 40
"""Letters of a word."""
MAX_NAME = 60

_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»\u2033\uff02", '"'))
_DASHES = "-\u2010\u2011\u2012\u2013\u2212"
_APOSTROPHES = "'\u2019"
_SMALL = re.compile("[a-z]{1,2}|[\u0627-\u064a]{1,2}")
"""Of, la, de, في: half of all texts have them, and a text that fits need not."""
_ROUGH = 4
"""Letters that a word shares with one that only a stemmer knows to be the same."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Something to look for, and how it is written: in letters, digits, apostrophes and hyphens, or in quotes."""

    term: Term
    written: str
    small: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """One contribution that was found, in the reader's language as far as it is."""

    number: int
    title: str
    author_name: str
    languages: tuple[str, ...]
    snippet: str


def answer_search(request: Request, ctx: Context) -> Rendered | None:
    """One part of what was found, or that nothing was, and what to try."""
    said, part = _read_line(request, ctx)
    asked = parse_search(said)
    if all(one.term.excluded for one in asked):
        return answer_once_a_day(request, ctx, "search_unclear", request.language)
    if not may_have_text(request, ctx):
        return None
    words = " ".join(one.written for one in asked)
    terms = [one.term for one in asked]
    found = ctx.uow.search.find(terms, request.language, MOST)
    if not found.hits:
        return render_notice(ctx, "search_nothing", request.language, words=words, several=len(asked) > 1)
    parts = -(-len(found.hits) // A_PART)
    part = min(max(part, 1), parts)
    remember_part(request, ctx, f"search {words}", part, parts)
    return render_notice(
        ctx,
        "search",
        request.language,
        words=words,
        total=found.total,
        most=MOST,
        items=_list_shown(request, ctx, found.hits[(part - 1) * A_PART : part * A_PART], terms),
        part=part,
        parts=parts,
    )


def parse_search(text: str) -> tuple[Asked, ...]:
    """What somebody looks for; small words only where there is nothing else. Total, and read again it is the same."""
    asked = [one for piece in _split_pieces(text) if (one := _read_piece(*piece))]
    if any(not one.small and not one.term.excluded for one in asked):
        asked = [one for one in asked if not one.small]
    return tuple({one.term: one for one in asked}.values())[:MAX_TERMS]


def _split_pieces(text: str) -> Iterator[tuple[str, bool, bool]]:
    """(words, stood in quotes, excluded); a quotation mark that nothing answers is none."""
    parts = text.translate(_QUOTES).split('"')
    excluded = False
    for place, part in enumerate(parts):
        if place % 2 and place < len(parts) - 1:
            yield part, True, excluded
            continue
        for word in part.split():
            yield word, False, word[0] in _DASHES
        excluded = part[-1:] != "" and part[-1] in _DASHES


def _read_piece(piece: str, quoted: bool, excluded: bool) -> Asked | None:
    words = fold_text(piece).split()
    if not quoted:
        # "l'eau" is "eau".
        words = [word for word in words if len(word) > 1] or words
    words = [word[:MAX_LETTERS] for word in words[:MAX_WORDS]]
    if not words:
        return None
    written = _write(piece.lstrip(_DASHES))
    if quoted or fold_text(written).split() != fold_text(piece).split() or len(written) > MAX_LETTERS:
        written = f'"{" ".join(words)}"' if quoted or len(words) > 1 else words[0]
    small = not quoted and len(words) == 1 and bool(_SMALL.fullmatch(words[0]))
    return Asked(Term(tuple(words), excluded), "-" * excluded + written, small)


def _write(piece: str) -> str:
    """A word as it was written, without what is neither a letter nor a digit."""
    kept = (
        char for char in piece if unicodedata.category(char)[0] in "LMN" or char in _APOSTROPHES + _DASHES
    )
    return "".join(kept)


def _read_line(request: Request, ctx: Context) -> tuple[str, int]:
    """What stands behind the command's own word, as it was written; and the part that "part 2" at the end asks for."""
    command = request.command
    own = len(fold_words(command.line)) - len(command.arguments)
    words = command.line.split()
    while own > 0 and words:
        own -= len(fold_words(words.pop(0)))
    number = fold_text(words[-1]) if len(words) > 2 else ""
    if re.fullmatch("[0-9]{1,3}", number) and set(fold_words(words[-2])) & part_words(ctx.settings.languages):
        return " ".join(words[:-2]), int(number)
    return " ".join(words), 1


def _list_shown(
    request: Request, ctx: Context, hits: Sequence[Hit], terms: Sequence[Term]
) -> tuple[Shown, ...]:
    texts, titles = ctx.uow.search.read(hits), ctx.uow.search.list_titles(hits)
    abstracts = ctx.uow.abstracts.list_published([hit.contribution_id for hit in hits], request.language)
    shown = []
    for hit in hits:
        contribution = ctx.uow.contributions.find_contribution(hit.contribution_id)
        named = titles[hit.contribution_id]
        if contribution is None or contribution.number is None:
            continue
        text, abstract = texts[hit.revision_id], abstracts.get(hit.contribution_id)
        title = named.get(request.language) or (abstract.title if abstract else "")
        shown.append(
            Shown(
                contribution.number,
                title or named.get(hit.language, ""),
                clip(shown_name(contribution.author_name, request.language), MAX_NAME, 2 * MAX_NAME),
                tuple(language for language in ctx.settings.languages if language in named),
                find_snippet(text, _find_hits(text, terms)),
            )
        )
    return tuple(shown)


def _find_hits(text: str, terms: Sequence[Term]) -> Callable[[Sequence[str]], bool]:
    """What tells a word that was looked for; where only a stemmer found the text, one that begins alike."""
    stems: list[str] = []
    for term in terms:
        if not term.excluded:
            stems += find_forms(term) if len(term.words) == 1 else (max(term.words, key=len),)

    def is_hit(words: Sequence[str]) -> bool:
        return any(
            word == stem or (is_beginning(stem) and word.startswith(stem)) for word in words for stem in stems
        )

    def is_near(words: Sequence[str]) -> bool:
        return any(word[:_ROUGH] == stem[:_ROUGH] for word in words for stem in stems)

    return is_hit if is_hit(fold_text(text).split()) else is_near
