"""Cuts a long text into numbered parts that fit a small mail: between paragraphs, else lines, else words. Sizes in bytes."""

import re
from collections.abc import Iterator

PART = 5_000
"""Bytes of text in a part: with its frame and headers a mail stays under 8 kB."""

_PARAGRAPHS = re.compile(r"(\n[ \t]*\n\s*)")
_LINES = re.compile(r"(\n)")
_WORDS = re.compile(r"(\s+)")


def split_parts(text: str, limit: int = PART) -> tuple[str, ...]:
    """The text in parts of at most `limit` bytes; nothing but white space at the cuts is left out."""
    parts: list[str] = []
    current = ""
    for piece in _pieces(text.strip(), limit, (_PARAGRAPHS, _LINES, _WORDS)):
        if _size(current + piece.rstrip()) > limit:
            parts.append(current.strip())
            current = ""
        current += piece
    if current.strip():
        parts.append(current.strip())
    return tuple(part for part in parts if part)


def pick_part(text: str, number: int) -> tuple[str, int, int]:
    """The part of a number, else the nearest one; which that is, and how many there are. An empty text has one."""
    parts = split_parts(text) or ("",)
    number = min(max(number, 1), len(parts))
    return parts[number - 1], number, len(parts)


def cut_text(text: str, limit: int) -> tuple[str, bool]:
    """The beginning of a text, and whether that is the whole of it."""
    parts = split_parts(text, limit)
    return (parts[0] if parts else ""), len(parts) < 2


def clip(text: str, characters: int, size: int) -> str:
    """The beginning of a text, at most so many characters and bytes; a character is never cut in two."""
    return text[:characters].encode()[:size].decode("utf-8", "ignore")


def clip_words(text: str, characters: int) -> str:
    """The beginning of a line, at most so many characters and twice as many bytes; cut at a word, with "…" behind it."""
    line = " ".join(text.split())
    shown = clip(line, characters, 2 * characters)
    if shown == line:
        return line
    return (shown.rpartition(" ")[0] or shown).rstrip(" ,;:.…") + "…"


def _pieces(text: str, limit: int, separators: tuple[re.Pattern[str], ...]) -> Iterator[str]:
    if _size(text.rstrip()) <= limit:
        yield text
        return
    if not separators:
        yield from _characters(text, limit)
        return
    words = separators[0].split(text)
    for place in range(0, len(words), 2):
        yield from _pieces("".join(words[place : place + 2]), limit, separators[1:])


def _characters(text: str, limit: int) -> Iterator[str]:
    """A word that is longer than a part, cut between characters."""
    start, size = 0, 0
    for place, char in enumerate(text):
        width = len(char.encode())
        if size + width > limit:
            yield text[start:place]
            start, size = place, 0
        size += width
    yield text[start:]


def _size(text: str) -> int:
    return len(text.encode())
