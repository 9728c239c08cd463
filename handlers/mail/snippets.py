"""One line of a text, around the first of the words that were searched for. Pure; sizes in characters."""

import re
from collections.abc import Callable, Sequence

from config.folding import fold_text

WIDTH = 120
BEFORE = 3
"""At most a third of the line stands before the word, unless the text ends there."""
CUT = "…"

_SPACE = re.compile(r"\s+")
_WORD = re.compile(r"\S+")


def find_snippet(text: str, is_hit: Callable[[Sequence[str]], bool], width: int = WIDTH) -> str:
    """A line of at most `width` characters around the first word that is a hit; else the beginning of the text.

    `is_hit` is asked of the folded words that one written word holds: "l'eau" has two. Words are left whole.
    """
    line = _SPACE.sub(" ", text).strip()
    hit = next((word.start() for word in _WORD.finditer(line) if is_hit(fold_text(word[0]).split())), 0)
    start = _find_start(line, hit, width)
    room = width - len(CUT) * (start > 0)
    end = len(line) if len(line) - start <= room else _find_end(line, start, room - len(CUT))
    return f"{CUT if start else ''}{line[start:end].rstrip()}{CUT if end < len(line) else ''}"


def _find_start(line: str, hit: int, width: int) -> int:
    """The beginning of a word that lies a little before the hit; the beginning of the line where that is near."""
    # Near the end there is room for more before it.
    earliest = max(min(hit - width // BEFORE, len(line) - width + len(CUT)), 0)
    if earliest == 0:
        return 0
    space = line.find(" ", earliest - 1, hit)
    return space + 1 if space >= 0 else hit


def _find_end(line: str, start: int, room: int) -> int:
    """The end of the last word that fits; a word that is longer than the line is cut."""
    space = line.rfind(" ", start, start + room + 1)
    return space if space > start else start + room
