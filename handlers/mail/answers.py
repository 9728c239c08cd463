"""Reads a moderator's answer: only a whole first line that is a known answer decides.

"No problem, publish it" is no answer: it begins with a word that rejects and means the opposite.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

Verdict = Literal["approve", "reject", "discard", "undo"]

_COLON = re.compile(r"\s*[:\uff1a]\s*")


@dataclass(frozen=True, slots=True)
class Answer:
    """A verdict, or None where nothing was decided; `reason` is what a rejected author is told."""

    verdict: Verdict | None
    reason: str = ""


def parse_answer(text: str, words: Mapping[Verdict, Iterable[str]]) -> Answer:
    """The answer in the first line of a reply whose quotes are cut; `words` are those of all the forum's languages.

    A rejection takes a reason after a colon, to the end of the paragraph, or in the lines below.
    """
    lines = text.strip().splitlines()
    if not lines:
        return Answer(None)
    known = {_fold(word): verdict for verdict, all_words in words.items() for word in all_words}
    first = lines[0].strip()
    if verdict := known.get(_fold(first)):
        return Answer(verdict, " ".join("\n".join(lines[1:]).split()) if verdict == "reject" else "")
    word, reason = _split(first)
    if reason is not None and known.get(_fold(word)) == "reject":
        paragraph = [reason]
        for line in lines[1:]:
            if not line.strip():
                break
            paragraph.append(line)
        return Answer("reject", " ".join(" ".join(paragraph).split()))
    return Answer(None)


def _split(line: str) -> tuple[str, str | None]:
    found = _COLON.search(line)
    return (line[: found.start()], line[found.end() :]) if found else (line, None)


def _fold(word: str) -> str:
    """Without case, accents, white space at the ends and closing punctuation."""
    decomposed = unicodedata.normalize("NFKD", word.casefold().replace("\u2019", "'"))
    plain = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return " ".join(plain.strip(" \t\u00a0.!").split())
