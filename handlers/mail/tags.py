"""Cuts HTML into words and tags in one pass, without a library: time grows with the bytes, whatever they are.

Not a parser of HTML (that would be HTML Living Standard, section 13.2): what a mail program shows is found from the
tags alone, and a nesting depth of thousands is a number here and not a stack of calls.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape

MAX_TAGS = 3_000
"""Tags that are read; of what stands behind them only the words are taken."""
MAX_VALUE = 2_000
"""Characters of an attribute that are looked at."""

_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9:-]{0,30})([^<>]*+)>?")
_DECLARATION = re.compile(r"<[!?/][^<>]*+>?")
_ANY_TAG = re.compile(r"<[^<>]*+>?")
_QUOTED_REST = re.compile(r'[^"]{0,500}"[^<>]*+>')
"""What is left of a tag whose attribute has a ">" inside."""
_SKIPPED = {
    name: re.compile(rf"</{name}\b", re.IGNORECASE) for name in ("script", "style", "title", "textarea")
}
_LONG_NUMBER = re.compile(r"&#[0-9]{8,}|&#[xX][0-9A-Fa-f]{7,}")
"""Longer than any character's; Python refuses to read very long numbers."""
_ATTRIBUTE = re.compile(r"([A-Za-z-]{1,40})\s*=\s*(?:\"([^\"]*+)\"|'([^']*+)'|([^\s\"'>]++))")


@dataclass(frozen=True, slots=True)
class Tag:
    """An opening or closing tag, its name in small letters; the attributes are read when they are asked for."""

    name: str
    closing: bool
    rest: str = ""

    def attributes(self) -> dict[str, str]:
        """Names in small letters, the first value of each."""
        found: dict[str, str] = {}
        for match in _ATTRIBUTE.finditer(self.rest[: 4 * MAX_VALUE]):
            value = match[2] or match[3] or match[4] or ""
            found.setdefault(match[1].lower(), unescape_text(value[:MAX_VALUE]))
        return found


def parse_tags(markup: str) -> Iterator[str | Tag]:
    """Words between tags, unescaped, and tags, in order; comments, scripts and styles are left out."""
    place, tags, open_comments, never_closed = 0, 0, True, set[str]()
    while place < len(markup):
        start = markup.find("<", place)
        if start != place:
            yield unescape_text(markup[place : start if start >= 0 else len(markup)])
            if start < 0:
                return
        if markup.startswith("<!--", start):
            end = markup.find("-->", start + 4) if open_comments else -1
            open_comments = end >= 0
            # A comment that never ends hides nothing, or a mail could seem empty.
            place = end + 3 if end >= 0 else start + 4
            continue
        match = _TAG.match(markup, start)
        if match is None:
            declaration = _DECLARATION.match(markup, start)
            place = declaration.end() if declaration else start + 1
            if declaration is None:
                yield "<"
            continue
        place = _end_of_tag(markup, match)
        name = match[2].lower()
        tags += 1
        if tags > MAX_TAGS:
            yield unescape_text(_ANY_TAG.sub(" ", markup[place:]))
            return
        if name in _SKIPPED and not match[1] and name not in never_closed:
            if closing := _SKIPPED[name].search(markup, place):
                place = closing.start()
                continue
            never_closed.add(name)
        yield Tag(name, bool(match[1]), markup[match.start(3) : place].rstrip(">"))


def unescape_text(text: str) -> str:
    """With characters in place of their references."""
    return unescape(_LONG_NUMBER.sub("\ufffd", text)) if "&" in text else text


def _end_of_tag(markup: str, match: re.Match[str]) -> int:
    if match[3].count('"') % 2 and (rest := _QUOTED_REST.match(markup, match.end() - 1)):
        return rest.end()
    return match.end()
