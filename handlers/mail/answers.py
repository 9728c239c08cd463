"""Reads a moderator's answer: only a whole first line that is a known answer decides.

"No problem, publish it" is no answer: it begins with a word that rejects and means the opposite.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

Verdict = Literal["approve", "reject", "discard", "undo", "move", "split"]

MAX_REASON = 1_000
"""Characters of a reason that an author is told."""
MAX_MOVE = 8
"""Words of "move" and a language's name; a longer line is a sentence."""

_SECRET = re.compile(r"\b(m|ok|no|drop)-[a-z2-7]{26}\b", re.IGNORECASE)
_SENTENCE_END = re.compile(r"[.!?…:)»\"]\s*$")
_COLON = re.compile(r"\s*[:\uff1a]\s*")


@dataclass(frozen=True, slots=True)
class Answer:
    """A verdict, or None where nothing was decided.

    `reason` is what a rejected author is told, `language` the one whose list a text is to be moved to.
    """

    verdict: Verdict | None
    reason: str = ""
    language: str = ""


NO_LANGUAGES: Mapping[str, str] = MappingProxyType({})


def parse_answer(
    text: str, words: Mapping[Verdict, Iterable[str]], languages: Mapping[str, str] = NO_LANGUAGES
) -> Answer:
    """The answer in the first line of a reply whose quotes are cut; `words` are those of all the forum's languages.

    A rejection takes a reason after a colon, to the end of the paragraph, or in the lines below. "move" takes the
    code or name of a language; `languages` has each with its code.
    """
    lines = text.strip().splitlines()
    if not lines:
        return Answer(None)
    known = {_fold(word): verdict for verdict, all_words in words.items() for word in all_words}
    first = lines[0].strip()
    verdict = known.get(_fold(first))
    if verdict and verdict != "move":
        return Answer(verdict, _read_reason(lines[1:]) if verdict == "reject" else "")
    if language := _read_move(first, known, languages):
        return Answer("move", language=language)
    word, reason = _split(first)
    if reason is not None and known.get(_fold(word)) == "reject":
        return Answer("reject", clean_reason("\n".join([reason, *_first_paragraph(lines[1:])])))
    return Answer(None)


def _read_move(line: str, known: Mapping[str, Verdict], languages: Mapping[str, str]) -> str:
    """The language of "move fr", "move to French", "move: fr"; nothing where a word is left over."""
    said = _fold(" ".join(part for part in _split(line) if part))
    codes = {_fold(name): code for name, code in languages.items()}
    words = said.split(" ")
    if len(words) > MAX_MOVE:
        return ""
    for place in range(1, len(words)):
        if known.get(" ".join(words[:place])) == "move" and (code := codes.get(" ".join(words[place:]))):
            return code
    return ""


def _read_reason(lines: list[str]) -> str:
    """The lines right below a bare "no"; after a blank line only what reads as a sentence, and not as a signature."""
    paragraph = _first_paragraph(lines)
    if not paragraph:
        rest = "\n".join(lines).strip().splitlines()
        paragraph = _first_paragraph(rest)
        if not paragraph or not _SENTENCE_END.search(paragraph[-1]):
            return ""
    return clean_reason("\n".join(paragraph))


def _first_paragraph(lines: list[str]) -> list[str]:
    """The lines up to the first blank one."""
    return lines[: next((place for place, line in enumerate(lines) if not line.strip()), len(lines))]


def without_secrets(text: str) -> str:
    """A text of ours with its tokens taken out, to be compared with what answers it."""
    return _SECRET.sub(r"\1-", text)


def clean_reason(text: str) -> str:
    """What an author may be told: nothing from the first line on that holds a token, and not more than fits."""
    lines: list[str] = []
    for line in text.encode("utf-8", "replace").decode().splitlines():
        if _SECRET.search(line):
            break
        lines.append(line)
    reason = " ".join(" ".join(lines).split())
    return reason if len(reason) <= MAX_REASON else reason[:MAX_REASON].rsplit(" ", 1)[0] + " […]"


def _split(line: str) -> tuple[str, str | None]:
    found = _COLON.search(line)
    return (line[: found.start()], line[found.end() :]) if found else (line, None)


def _fold(word: str) -> str:
    """Without case, accents, unseen characters, white space at the ends, and the marks that people put around a word."""
    decomposed = unicodedata.normalize("NFKD", word.casefold().replace("\u2019", "'"))
    plain = "".join(
        letter
        for letter in decomposed
        if not unicodedata.combining(letter) and unicodedata.category(letter) != "Cf"
    )
    return " ".join(plain.replace(",", " ").strip(' \t\u00a0.!*_"«»“”').split())
