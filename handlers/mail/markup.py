"""What a person reads of an HTML mail, as plain text: paragraphs, lists, tables, links, and quotes marked with ">".

So the same rules find the quotes of HTML and of plain mail (`quotes.py`). What is hidden from the eye (scripts, styles,
the preview line of newsletters) is left out; a page is never fetched, and no library reads what a stranger wrote.
"""

import re
from dataclasses import dataclass, field

from handlers.mail.elements import (
    BLOCKS,
    CLOSED_BY,
    PARAGRAPHS,
    VOID,
    Element,
    bare_address,
    introduces_quote,
    read_element,
)
from handlers.mail.tags import Tag, parse_tags

MAX_HTML = 400_000
"""Characters of HTML that are read."""
_MAX_DEPTH = 20
"""Quote marks before a line, and steps of a list, at most."""
_MAX_STACK = 500
"""Elements that are known to be open; deeper ones are read as if they were beside each other."""

_MAX_WORDS = 20
"""Pieces of the words of a link that are compared with where it leads."""
RULE = "_" * 32
"""What a drawn line becomes; the line above what Outlook quotes is one."""

_SPACES = re.compile(r"[ \t\r\n\f\u00a0\u200b]+")
_EMOJI = re.compile("[\u203c-\u3299\ufe0f\u200d\U0001f000-\U0001faff]{1,8}")


def render_markup(markup: str) -> str:
    """The text of an HTML document or of a part of one. Total; linear in its length."""
    page = _Page()
    for piece in parse_tags(markup[:MAX_HTML]):
        if isinstance(piece, str):
            page.write(piece)
        elif piece.closing:
            page.close(piece.name)
        else:
            page.open(piece)
    return page.finish()


@dataclass(slots=True)
class _Page:
    """The lines so far, and what is open where the next words go."""

    lines: list[str] = field(default_factory=list)
    current: list[str] = field(default_factory=list)
    stack: list[Element] = field(default_factory=list)
    names: dict[str, int] = field(default_factory=dict)
    hidden: int = 0
    quotes: int = 0
    spaces: int = 0
    lists: int = 0
    bullet: str = ""
    cell: bool = False

    def write(self, words: str) -> None:
        """Words as they stand between two tags."""
        if self.hidden:
            return
        if self.spaces:
            first, *others = words.replace("\r\n", "\n").split("\n")
            self._put(first)
            if others:
                self._end_line()
                self.lines.extend(map(self._marked, others[:-1]))
                self._put(others[-1])
            return
        squeezed = _SPACES.sub(_one_space, words) if "\u00a0" in words else _SPACES.sub(" ", words)
        if not self.current:
            squeezed = squeezed.lstrip(" ")
        elif squeezed.startswith(" ") and self.current[-1].endswith(" "):
            squeezed = squeezed[1:]
        self._put(squeezed)

    def open(self, tag: Tag) -> None:
        """An opening tag."""
        name = tag.name
        while self.stack and name in CLOSED_BY.get(self.stack[-1].name, ()):
            self._pop()
        if name in VOID:
            self._show_void(tag)
            return
        element = read_element(tag, in_list=self.stack[-1].name if self.stack else "")
        if not self.hidden and not element.hidden:
            self._begin(tag, element)
        if len(self.stack) < _MAX_STACK:
            self.stack.append(element)
            self.names[name] = self.names.get(name, 0) + 1
            self.hidden += element.hidden
            self.quotes += element.quote
            self.spaces += element.spaces
            self.lists += name in ("ul", "ol")

    def close(self, name: str) -> None:
        """A closing tag; one that closes nothing says nothing, except that "</p>" and "</br>" are seen."""
        if self.names.get(name):
            while self._pop().name != name:
                pass
        elif name in BLOCKS or name == "br":
            self._end_block()

    def finish(self) -> str:
        """The whole text."""
        while self.stack:
            self._pop()
        self._end_block()
        return "\n".join(self.lines).strip("\n")

    def _pop(self) -> Element:
        element = self.stack.pop()
        self.names[element.name] -= 1
        if not self.hidden:
            self._end(element)
        self.hidden -= element.hidden
        self.quotes -= element.quote
        self.spaces -= element.spaces
        self.lists -= element.name in ("ul", "ol")
        return element

    def _begin(self, tag: Tag, element: Element) -> None:
        name = element.name
        if name in ("td", "th"):
            self.cell = True
        if element.link:
            element.start = len(self.current)
        if name not in BLOCKS and not element.quote:
            return
        self._end_block()
        if name in PARAGRAPHS and not element.close_lines and not (name in ("ul", "ol") and self.lists):
            self._blank_line()
        if name == "li":
            self.bullet = self._bullet()
        if element.quote:
            self.bullet = ""
        if introduces_quote(tag):
            self._rule()

    def _end(self, element: Element) -> None:
        if element.link:
            self._show_link(element)
        if element.name in BLOCKS or element.quote:
            self._end_block()
            nested = element.name in ("ul", "ol") and self.lists > 1
            if element.name in PARAGRAPHS and not element.close_lines and not nested:
                while element.quote and self.lines[-1:] == [">" * min(self.quotes, _MAX_DEPTH)]:
                    self.lines.pop()
                # Inside the quote it would be a line of it.
                self.quotes -= element.quote
                self._blank_line()
                self.quotes += element.quote

    def _show_void(self, tag: Tag) -> None:
        if self.hidden:
            return
        if tag.name == "br":
            self._end_line()
        elif tag.name == "hr":
            self._end_block()
            self._rule()
        elif tag.name == "img" and (found := _EMOJI.fullmatch(tag.attributes().get("alt", ""))):
            self._put(found[0])

    def _show_link(self, element: Element) -> None:
        words = "".join(self.current[element.start : element.start + _MAX_WORDS]).strip()
        if words and bare_address(words) != bare_address(element.link) and "@" not in words:
            self._put(f" ({element.link})")

    def _bullet(self) -> str:
        indent = "  " * min(max(self.lists - 1, 0), _MAX_DEPTH)
        holder = next((e for e in reversed(self.stack[-3:]) if e.name in ("ul", "ol")), None)
        if holder is None or holder.items < 0:
            return f"{indent}- "
        holder.items += 1
        return f"{indent}{holder.items - 1}. "

    def _put(self, words: str) -> None:
        if not words:
            return
        if words.strip():
            if self.cell and "".join(self.current).strip():
                self.current.append(" | ")
            self.current.append(self.bullet)
            self.bullet, self.cell = "", False
        self.current.append(words)

    def _rule(self) -> None:
        if next((line for line in reversed(self.lines[-3:]) if line), "") != RULE:
            self._put(RULE)
            self._end_line()

    def _end_line(self) -> None:
        self.lines.append(self._marked("".join(self.current)))
        self.current, self.cell = [], False
        self._moved()

    def _marked(self, line: str) -> str:
        # "-- " is the one line whose last space means something.
        line = "-- " if line in ("-- ", "--\u00a0") else line.rstrip(" \t\n\u00a0")
        mark = ">" * min(self.quotes, _MAX_DEPTH)
        return f"{mark} {line}".rstrip() if mark else line

    def _moved(self) -> None:
        """A link that goes on over a line end is shown with the words of its last line."""
        for element in self.stack[-8:]:
            element.start = 0

    def _end_block(self) -> None:
        if (
            "".join(self.current).strip(" ")
            or (self.current and self.spaces)
            or "\u00a0" in "".join(self.current)
        ):
            self._end_line()
        self.current, self.cell = [], False
        self._moved()

    def _blank_line(self) -> None:
        mark = ">" * min(self.quotes, _MAX_DEPTH)
        if self.lines and self.lines[-1] not in (mark, ""):
            self.lines.append(mark)


def _one_space(match: re.Match[str]) -> str:
    """A no-break space alone between two words stays (French has it before ":"); any others are one space."""
    return "\u00a0" if match[0] == "\u00a0" else " "
