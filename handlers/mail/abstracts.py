"""Reads abstracts: in the first lines of a text, by its author, or in a mail whose first line says that it is one.

An abstract is a title and at most 300 characters. "Abstract: …" says it in any language of the forum, and the language
of the word is that of what follows, unless another is named: "Abstract (Spanish): …".
"""

import re
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass

from handlers.mail.commands import fold_words
from handlers.mail.titles import MAX_SENTENCE, MAX_TITLE, find_sentence, shorten

MAX_TEXT = 300
"""Characters of an abstract, without its title."""
MAX_LIKELY = 3 * MAX_TEXT
"""Characters of what can still be meant as an abstract; a longer text only begins with the word."""
MAX_OWN = 10
"""Abstracts at the beginning of a text."""

_MAX_LABEL = 60
"""Characters of what stands before the colon."""
_MAX_FILLER = 4
"""Letters of "in", "en", "em", "no.", "n°", which may stand between the words that are known."""
_COLON = re.compile(r"\s*[:\uff1a]\s*")
_NUMBER = re.compile(r"(?:#|n\.?[o°º]?\.?)?(\d{1,9})")
_LAST_END = re.compile(r".*[.!?…؟](?=\s|$)", re.DOTALL)
_PREFIX = "ب"
""" "بالفرنسية", in French, is one word."""


@dataclass(frozen=True, slots=True)
class Labels:
    """Folded words for "abstract" → their language; folded names and codes → language; folded words for "machine"."""

    words: Mapping[tuple[str, ...], str]
    names: Mapping[tuple[str, ...], str]
    machine: Container[tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class OwnAbstract:
    """What the author of a text says of it in another language; the title may be made from the first sentence."""

    language: str
    title: str
    text: str
    machine: bool


@dataclass(frozen=True, slots=True)
class Given:
    """A mail that brings an abstract: of which number and in which language, where it says so; `content` is the rest.

    `inline`: it begins on the line of the word, behind a colon.
    """

    number: int | None
    language: str | None
    machine: bool
    content: str
    inline: bool


@dataclass(frozen=True, slots=True)
class _Label:
    """A line, or what stands before its colon, that says "abstract"."""

    word_language: str
    language: str | None
    number: int | None
    machine: bool


def parse_given(text: str, labels: Labels) -> Given | None:
    """The abstract that a mail brings, its quotes and signature cut; None where the first line says something else."""
    first, _, rest = text.strip().partition("\n")
    head, behind = _split_colon(first)
    label = _read_label(head, labels)
    if label is None:
        return None
    inline = bool(behind)
    content = f"{behind}\n{rest}" if inline else rest
    return Given(label.number, label.language, label.machine, content.strip(), inline)


def find_own(text: str, labels: Labels, language: str, languages: Container[str]) -> tuple[OwnAbstract, ...]:
    """The abstracts in the first lines of a text, in languages of the forum other than its own; one a language.

    They may stand below a title or a greeting. Where nothing else is left, the text is no text with an abstract.
    """
    found: list[tuple[_Label, list[str]]] = []
    headed, within = False, False
    for line in text.splitlines():
        head, behind = _split_colon(line)
        label = _read_label(head, labels) if behind is not None else None
        if label is not None and len(found) < MAX_OWN:
            found.append((label, [behind or ""]))
            within = True
        elif not line.strip():
            # What is said may begin below a label that has a line of its own.
            within = within and not any(found[-1][1])
        elif within:
            found[-1][1].append(line)
        elif not found and not headed and len(line) <= MAX_TITLE:
            headed = True
        else:
            return tuple(_list_own(found, language, languages))
    return ()


def _list_own(
    found: list[tuple[_Label, list[str]]], language: str, languages: Container[str]
) -> Iterator[OwnAbstract]:
    """The first of each language."""
    seen = {language}
    for label, lines in found:
        said = label.language or label.word_language
        if said in languages and said not in seen and any(line.strip() for line in lines):
            seen.add(said)
            title, text = split_title("\n".join(lines))
            yield OwnAbstract(said, title, _cut(text), label.machine)


def split_title(content: str) -> tuple[str, str]:
    """Title and text: the first line is the title where its author ended it there, else one is made from the text."""
    lines = [" ".join(line.split()) for line in content.strip().splitlines()]
    if not lines:
        return "", ""
    first, rest = lines[0], lines[1:]
    text = " ".join(line for line in rest if line)
    if text and len(first) <= MAX_TITLE and _is_ended(first, rest):
        return shorten(first), text
    whole = " ".join(line for line in lines if line)
    return _make_title(whole), whole


def is_from_text(title: str, text: str) -> bool:
    """Whether a title says no more than the text begins with."""
    return text.startswith(title.removesuffix("…"))


def _is_ended(first: str, rest: list[str]) -> bool:
    """Whether a line was ended on purpose: a blank one follows, or the next word would still have had room."""
    if not rest[0]:
        return True
    width = max(len(line) for line in (first, *rest))
    return len(first) + 1 + len(rest[0].split(" ")[0]) <= width


def _make_title(text: str) -> str:
    """The first sentence where it is short, else the first words."""
    if sentence := find_sentence(text):
        return sentence
    return text.rstrip(".") if len(text) <= MAX_SENTENCE else _cut_words(text, MAX_SENTENCE)


def _cut(text: str) -> str:
    """A text that is too long ends with its last whole sentence that has room, or with a word."""
    if len(text) <= MAX_TEXT:
        return text
    whole = _LAST_END.match(text[:MAX_TEXT])
    return whole[0] if whole and len(whole[0]) > MAX_TEXT // 3 else _cut_words(text, MAX_TEXT)


def _cut_words(text: str, most: int) -> str:
    return text[: most - 1].rsplit(" ", 1)[0].rstrip(" ,;:") + "…"


def _split_colon(line: str) -> tuple[str, str | None]:
    """What stands before a colon near the beginning of a line, and what behind it; None where there is no colon."""
    found = _COLON.search(line[: _MAX_LABEL + 10])
    if found is None or found.start() > _MAX_LABEL:
        return line, None
    return line[: found.start()], line[found.end() :]


def _read_label(line: str, labels: Labels) -> _Label | None:
    """ "Abstract", "abstract 12 es", "Résumé en anglais (machine)", "English summary"; None where a word is left over."""
    words = fold_words(line) if len(line) <= _MAX_LABEL else ()
    for place in range(len(words)):
        for end in range(len(words), place, -1):
            if words[place:end] in labels.words:
                return _read_rest(
                    (*words[:place], *words[end:]), labels.words[words[place:end]], labels, place
                )
    return None


def _read_rest(words: tuple[str, ...], word_language: str, labels: Labels, before: int) -> _Label | None:
    language, number, machine = None, None, False
    for place, word in enumerate(words):
        figures = _NUMBER.fullmatch(word)
        named = labels.names.get((word,)) or labels.names.get((word.removeprefix(_PREFIX),))
        following = words[place + 1 :]
        if figures:
            number = int(figures[1])
        elif (word,) in labels.machine:
            machine = True
        elif named and not (len(word) == 2 and any((other,) in labels.names for other in following)):
            language = named  # "en" is English, but "en español" is Spanish
        elif place < before or not (len(word) <= _MAX_FILLER and following):
            return None
    return _Label(word_language, language, number, machine)
