"""Reads a moderator's answer: only a whole first line that is a known answer decides.

"No problem, publish it" is no answer: it begins with a word that rejects and means the opposite.
"""

import re
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from handlers.mail.letters import fold_letters

Verdict = Literal[
    "approve", "reject", "discard", "undo", "move", "split", "join", "separate", "replace", "reread"
]  # fmt: skip

MAX_REASON = 1_000
"""Characters of a reason that an author is told."""
MAX_WORDS = 8
"""Words of "move" and a language's name, or of "join" and a number; a longer line is a sentence."""

_SECRET = re.compile(r"(\b(?:m|ok|no|drop|separate)-|/l/)[a-z2-7]{26}\b", re.IGNORECASE)
_SENTENCE_END = re.compile(r"[.!?…:)»\"]\s*$")
_COLON = re.compile(r"\s*[:\uff1a]\s*")
# Once folded: "12", "#12", "[#12]", and, for a contribution, "no. 12", "n° 12", "núm. 12", "numéro 12", "رقم 12".
_CHOICE = re.compile(r"\[?#?\s?(\d{1,9})\]?")
_NUMBER = re.compile(r"\[?(?:#|n\.?(?:o|um|umero|umber)?[.°]*|رقم)?\s?(\d{1,9})\]?")


@dataclass(frozen=True, slots=True)
class Answer:
    """A verdict, or None where nothing was decided.

    `reason` is what a rejected author is told, `language` the one whose list a text is to be moved to, `number` the
    contribution that it is to be joined to or replaces; with "approve" the choice that is right, 0 for none of them.
    """

    verdict: Verdict | None
    reason: str = ""
    language: str = ""
    number: int = 0


_INCOMPLETE: tuple[Verdict, ...] = ("move", "join", "replace")
"""What says nothing without a language or a number."""
_NUMBERED: tuple[Verdict, ...] = ("approve", "join", "replace")
NO_LANGUAGES: Mapping[str, str] = MappingProxyType({})


def parse_answer(
    text: str,
    words: Mapping[Verdict, Iterable[str]],
    languages: Mapping[str, str] = NO_LANGUAGES,
    choices: Container[int] = (),
) -> Answer:
    """The answer in the first line of a reply whose quotes are cut; `words` are those of all the forum's languages.

    A rejection takes a reason after a colon, to the end of the paragraph, or in the lines below. "move" takes the
    code or name of a language; `languages` has each with its code. "join" and "replaces" take the number of a
    contribution, "ok" that of a choice; a number alone is an answer only where it is one of the `choices` offered.
    """
    lines = text.strip().splitlines()
    if not lines:
        return Answer(None)
    known = {_fold(word): verdict for verdict, all_words in words.items() for word in all_words}
    first = lines[0].strip()
    verdict = known.get(_fold(first))
    if verdict and verdict not in _INCOMPLETE:
        return Answer(verdict, _read_reason(lines[1:]) if verdict == "reject" else "")
    if language := _read_move(first, known, languages):
        return Answer("move", language=language)
    if numbered := _read_number(first, known, choices):
        return numbered
    word, reason = _split(first)
    if reason is not None and known.get(_fold(word)) == "reject":
        return Answer("reject", clean_reason("\n".join([reason, *_first_paragraph(lines[1:])])))
    return Answer(None)


def _read_move(line: str, known: Mapping[str, Verdict], languages: Mapping[str, str]) -> str:
    """The language of "move fr", "move to French", "move: fr"; nothing where a word is left over."""
    codes = {_fold(name): code for name, code in languages.items()}
    words = _split_words(line)
    for place in range(1, len(words)):
        if known.get(" ".join(words[:place])) == "move" and (code := codes.get(" ".join(words[place:]))):
            return code
    return ""


def _read_number(line: str, known: Mapping[str, Verdict], choices: Container[int]) -> Answer | None:
    """ "ok 1", "join #12", "replaces no. 12", or the bare number of a choice; None where a word is left over."""
    words = _split_words(line)
    if len(words) == 1 and (bare := _CHOICE.fullmatch(words[0])) and int(bare[1]) in choices:
        return Answer("approve", number=int(bare[1]))
    for place in range(1, len(words)):
        verdict = known.get(" ".join(words[:place]))
        pattern = _CHOICE if verdict == "approve" else _NUMBER
        found = pattern.fullmatch(" ".join(words[place:])) if verdict in _NUMBERED else None
        # There is no choice 0 and no contribution 0: whoever writes it means something else.
        if found and int(found[1]):
            return Answer(verdict, number=int(found[1]))
    return None


def _split_words(line: str) -> list[str]:
    """The words of an answer with a colon or without, folded; none for what is too long to be one."""
    words = _fold(" ".join(part for part in _split(line) if part)).split(" ")
    return words if len(words) <= MAX_WORDS else []


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
    return _SECRET.sub(r"\1", text)


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
    plain = fold_letters(word)
    return " ".join(plain.replace(",", " ").replace("\u060c", " ").strip(' \t\u00a0.!*_"«»“”').split())
