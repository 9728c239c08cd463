"""Mail in a language written from right to left: the marks that a line needs for every program to show it in order.

UAX #9, the Unicode Bidirectional Algorithm. A program takes the direction of a line from its first strong letter, or
shows the whole mail from left to right; an old one knows no isolates. So a value in another script (a title, a name, an
address) is set apart with isolates while a text is put together (`isolate`), and once the text is in lines each line gets
the fewest marks that do the same everywhere (`mark_lines`): U+200E and U+200F beside a value, U+202B in front of a line
whose words would else change places, isolates only around a value in both scripts. No mark ever touches an address or a
link, which a person may copy.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

LRM, RLM, RLE = "\u200e", "\u200f", "\u202b"
LRI, FSI, PDI = "\u2066", "\u2068", "\u2069"
OWN = "\ufdd0"
"""In a line that is somebody's own, and stays as it is; a noncharacter, taken out before the text is sent."""

_MARKS = re.compile(f"[\u200e\u200f\u202a-\u202e\u2066-\u2069{OWN}]")
_ISOLATES = re.compile("([\u2066-\u2069])")
_PLACED = re.compile("[\u200e\u200f\u202a-\u202e]")
"""What this module writes beside values; a line that has any has been through it."""
_RIGHT = ("R", "AL")
_EXACT = re.compile(
    r"https?://[!-~]*[A-Za-z0-9/_~#&=-]|[A-Za-z0-9._+=-]{1,64}@[A-Za-z0-9.-]{0,190}[A-Za-z0-9]"
)
"""What a person copies, or presses on."""
_DATE = r"(?<![\w.-])\d+(?:-\d+)+(?![\w-])"
"""Figures with hyphens change places behind an Arabic letter (rules W2 and W4)."""
_VALUE = re.compile(rf"(<(?:{_EXACT.pattern})>|{_EXACT.pattern}|{_DATE})")
_CLOSING = (")", "]", "»")
"""What must not stand at the other end of a line than what it closes."""
_PARTING = re.compile(r"[:;,\u060c\u061b»)]\s|\s[(«]")
"""What stands between two things, and not inside of one as in "ok 1"."""
_BETWEEN = " · "
"""What stands between the values of a row; they go from right to left like its words."""
_ROW = re.compile(r"(\s*(?:- )?)(.*?)(\s*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class _Piece:
    """A piece of a line: words of ours, or a value apart from them."""

    text: str
    apart: bool = False


def isolate(value: str) -> str:
    """A value that goes into a sentence, set apart from it if it begins from left to right."""
    value = _PLACED.sub("", value)
    return f"{FSI}{value}{PDI}" if begins_from_left(value) else value


def strip_marks(text: str) -> str:
    """Without direction marks: for a subject, which carries none, and to be measured."""
    return _MARKS.sub("", text)


def count_columns(text: str) -> int:
    """How wide a text is; marks have no width."""
    return len(text) if text.isascii() else len(strip_marks(text))


def keep_lines(text: str) -> str:
    """A text whose lines are to stay as they are."""
    return "\n".join(OWN + line.replace(OWN, "") for line in text.split("\n"))


def begins_from_left(text: str) -> bool:
    """Whether the first strong letter of a text is of a script written from left to right."""
    return _find_first_strong(text) == "L"


def mark_lines(text: str) -> str:
    """The lines of a mail with the marks that each needs. A value that was broken over two lines is apart in both."""
    found: list[str] = []
    open_value = False
    for line in text.split("\n"):
        if OWN in line or _PLACED.search(line):
            line = line.replace(OWN, "")
            found.append(_ISOLATES.sub("", line) if FSI in line else line)
            open_value = False
            continue
        pieces, open_value = _cut(line, open_value)
        found.append(_mark_line(pieces))
    return "\n".join(found)


def _mark_line(pieces: list[_Piece]) -> str:
    plain = "".join(piece.text for piece in pieces)
    ours = [piece.text for piece in pieces if not piece.apart]
    right = sum(_class(char) in _RIGHT for text in ours for char in text)
    left = sum(_class(char) == "L" for text in ours for char in text)
    # A title alone on its line goes as most of its letters do.
    if not right or (left > right and begins_from_left("".join(ours))):
        return plain
    line = _join(pieces)
    first = next((cls for char in line if (cls := _class(char)) in ("L", "EN", "AN", *_RIGHT)), "")
    front = RLM if _find_first_strong(line) == "L" else ""
    if first == "EN" or line.rstrip().endswith(_CLOSING) or any(_class(char) == "L" for char in line):
        front += RLE
    return front + (" " if front and _EXACT.match(line) else "") + line


def _cut(line: str, open_value: bool) -> tuple[list[_Piece], bool]:
    """The pieces of a line, and whether a value goes on in the next; `open_value`: one goes on in this."""
    pieces: list[_Piece] = []
    depth, value = int(open_value), ""
    for token in _ISOLATES.split(line):
        if _ISOLATES.fullmatch(token):
            depth = max(0, depth - 1) if token == PDI else depth + 1
        elif depth:
            value += token
            continue
        else:
            pieces += _cut_words(token)
        if value and not depth:
            pieces.append(_Piece(value, apart=True))
            value = ""
    if value:
        pieces.append(_Piece(value, apart=True))
    return [piece for piece in pieces if piece.text], depth > 0


def _cut_words(text: str) -> Iterator[_Piece]:
    """Words of ours, and what stands among them without having been set apart: addresses, dates, the values of a row."""
    for place, part in enumerate(_VALUE.split(text)):
        if place % 2:
            yield _Piece(part, apart=True)
        elif _BETWEEN in text:
            for number, cell in enumerate(part.split(_BETWEEN)):
                before, inner, after = _read_row(cell)
                yield _Piece((_BETWEEN if number else "") + before)
                yield _Piece(inner, apart=_is_left(inner))
                yield _Piece(after)
        else:
            yield _Piece(part)


def _read_row(cell: str) -> tuple[str, str, str]:
    match = _ROW.fullmatch(cell)
    return (match[1], match[2], match[3]) if match else ("", cell, "")


def _is_left(text: str) -> bool:
    return begins_from_left(text) and not any(_class(char) in _RIGHT for char in text)


def _join(pieces: list[_Piece]) -> str:
    """A line with the marks beside its values. The last thing from left to right ends at `end`; `apart`: it is a value."""
    out = ""
    end, apart = -1, False
    for piece in pieces:
        if not piece.apart:
            for char in piece.text:
                cls = _class(char)
                if cls in _RIGHT:
                    end = -1
                elif cls in ("L", "EN", "AN") and end >= 0 and (apart or _PARTING.search(out[end:])):
                    out, end = _part(out, end, ""), -1
                if cls == "L" or (cls == "EN" and end >= 0):
                    end, apart = len(out) + 1, False
                out += char
        elif any(_class(char) in _RIGHT for char in piece.text):
            out += _enclose(piece.text)
        else:
            # An address behind a name is one with it: "Ana B. <ana@example.org>".
            if end >= 0 and not (piece.text[0] == "<" and out[end:].strip(".\"')") == " "):
                out = _part(out, end, piece.text)
            out += _close(piece.text)
            end, apart = len(out), True
    return out


def _part(out: str, end: int, following: str) -> str:
    """Two things from left to right are parted, and go from right to left; the first ends at `end`."""
    gap = out[end:]
    if len(gap) > 1:
        return out[: end + 1] + RLM + gap[1:]
    if _EXACT.match(following):
        return out[:end] + (" " if _ends_exact(out[:end]) else "") + RLM + (gap or " ")
    return out + RLM


def _close(text: str) -> str:
    """A value with a mark at each end that is no letter of its own script, and would go with the words beside it."""
    # A figure behind a letter goes with it (rule W7).
    tail = next((char for char in reversed(text) if _class(char) != "NSM"), "")
    before = LRM if _class(text[0]) != "L" else ""
    after = LRM if _class(tail) not in ("L", "EN") else ""
    return before + _space(text, before, after) + after


def _enclose(text: str) -> str:
    """A value in both scripts, which only an isolate keeps in order."""
    return LRI + _space(text, LRI, PDI) + PDI


def _space(text: str, before: str, after: str) -> str:
    """A value with a blank between a mark and the address or link that it begins or ends with."""
    first = before and _EXACT.match(text)
    last = after and _ends_exact(text)
    return (" " if first else "") + text + (" " if last else "")


def _ends_exact(text: str) -> bool:
    return any(match.end() == len(text) for match in _EXACT.finditer(text))


def _find_first_strong(text: str) -> str:
    """ "L", "R" or "AL" of the first strong character that is in no isolate (rule P2); nothing where none is."""
    depth = 0
    for char in text:
        if char == PDI:
            depth = max(0, depth - 1)
        elif "\u2066" <= char <= "\u2068":
            depth += 1
        elif not depth and (cls := _class(char)) in ("L", *_RIGHT):
            return cls
    return ""


def _class(char: str) -> str:
    return unicodedata.bidirectional(char)
