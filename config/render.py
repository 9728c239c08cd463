"""Renders the text of a mail: a template, a language and values in; subject and body out.

One template serves all languages: every word comes from the catalogues. Lines are at most 72 columns,
unless a single word (an address) is longer. Languages written from right to left get the marks of `config/bidi.py`.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from config.bidi import (
    begins_from_left,
    count_columns,
    isolate,
    keep_lines,
    mark_lines,
    strip_marks,
)
from config.flowing import flow
from config.i18n import Catalogue, get_catalogue

TEMPLATES = Path(__file__).parent / "templates"
COLUMNS = 72
OWN_COLUMNS = 78
"""Lines that people wrapped themselves are left as they are up to here."""


_BREAK = re.compile(r"(?:(?<![Nn]o\.)(?<![Nn]\.º)(?<!رقم) | (?!\d))")
"""Where a line may be broken; "no." stays on the line of its number, in languages that write a plain space there."""
_HELD = "\ufdd1"
"""A space that no line is broken at, until the lines are there; a noncharacter."""
_QUOTED = re.compile(
    r"""«[^«»\n]{1,40}»|“[^“”\n]{1,40}”|(?<![^\s(\u2066-\u2069])"[^"\n]{1,40}"(?=[\s.,:;!?)\u2066-\u2069]|$)"""
)
"""A word or a command to be written as it stands, which has to be on one line to be read as one."""
_STOP = re.compile(r"(%\((\w+)\)s)\u00a0?[.:](?!\w)")
"""A value in front of a full stop or colon of ours."""
_ENDS = ("?", "!", ".", "…", "؟")


@dataclass(frozen=True, slots=True)
class Rendered:
    """A mail's subject (one line) and body (lines end with LF)."""

    subject: str
    body: str


def render(name: str, language: str, **values: object) -> Rendered:
    """Render `templates/NAME.txt`; a value that the template wants and is not given raises UndefinedError."""
    catalogue = get_catalogue(language)
    text = _environment(language).get_template(f"{name}.txt").render(catalogue=catalogue, **values)
    head, _, body = text.partition("\n\n")
    if catalogue.right_to_left:
        head, body = strip_marks(head), mark_lines(body)
    return Rendered(" ".join(head.removeprefix("Subject:").split(" ")).strip(), body.strip("\n") + "\n")


def wrap(text: str, first: str = "", rest: str = "") -> str:
    """One paragraph in lines of at most 72 columns; a no-break space holds its words together."""
    text = re.sub(r"[ \t\r\n]+", " ", text).strip(" ")
    text = _QUOTED.sub(lambda quoted: quoted[0].replace(" ", _HELD), text)
    if count_columns(first + text) <= COLUMNS:
        return (first + text).replace(_HELD, " ")
    # One column is kept free for the ">" of an answer. What breaks is a plain space only, which is what keeps
    # "n° 2" and "9 h" whole; direction marks take no room.
    lines, line, begun = [], first, False
    for word in _BREAK.split(text):
        if begun and count_columns(f"{line} {word}") >= COLUMNS:
            lines.append(line)
            line, begun = rest, False
        line += f" {word}" if begun else word
        begun = True
    return "\n".join([*lines, line]).replace(_HELD, " ")


def own_lines(text: str) -> str:
    """An organizer's paragraph: in the lines they wrote it in where these fit, else wrapped anew."""
    lines = [line.strip(" \t\r") for line in text.strip().split("\n")]
    return "\n".join(lines) if all(count_columns(line) <= COLUMNS for line in lines) else wrap(text)


def own_text(text: str) -> str:
    """A participant's text in its own lines; only a line that no screen would show whole is wrapped."""
    lines = text.strip("\n").split("\n")
    return "\n".join(line.rstrip() if count_columns(line) <= OWN_COLUMNS else wrap(line) for line in lines)


def fill(text: str, width: int) -> str:
    """Padded to a column."""
    return text + " " * (width - count_columns(text))


def bullet(text: str) -> str:
    """One paragraph behind a dash."""
    return wrap(text, "- ", "  ")


def own_languages(lists: tuple[tuple[str, str], ...], reader: str) -> tuple[tuple[str, str], ...]:
    """(language, address) to ("En français :", address), each in its own language, padded to one width.

    A no-break space is for those who read the language it belongs to; others get a plain one.
    """
    phrases = []
    for language, _ in lists:
        catalogue = get_catalogue(language)
        phrase = catalogue.gettext("In %(language)s:") % {"language": catalogue.language_name(language)}
        phrases.append(phrase if language == reader else phrase.replace("\u00a0", " "))
    width = max(map(len, phrases), default=0)
    return tuple((phrase.ljust(width), address) for phrase, (_, address) in zip(phrases, lists, strict=True))


def flowed(text: str) -> str:
    """A participant's paragraph in lines of at most 72 columns, whatever width it came in."""
    return "\n".join(wrap(line) for line in flow(text))


def as_it_is(text: str) -> str:
    """What was rendered before."""
    return text


FILTERS: Mapping[str, Callable[..., object]] = {
    "wrap": wrap,
    "bullet": bullet,
    "own_lines": own_lines,
    "own_text": own_text,
    "flowed": flowed,
    "as_it_is": as_it_is,
    "fill": fill,
    "own_languages": own_languages,
}
"""What templates may do with a value, behind `|`."""


def make_environment(*, escape: bool) -> Environment:
    """What renders templates; `escape` where the result is HTML."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=escape,  # noqa: S701
    )
    environment.filters.update(FILTERS)
    return environment


@lru_cache
def _environment(language: str) -> Environment:
    catalogue = get_catalogue(language)
    # These are plain-text mails: an escaped "&amp;" would reach the reader as it stands.
    environment = make_environment(escape=False)
    if catalogue.right_to_left:
        environment.filters.update(_RIGHT_TO_LEFT)
    environment.globals.update(_put_in(catalogue, isolate if catalogue.right_to_left else as_it_is))
    return environment


def _keep_own_lines(text: str) -> str:
    """An organizer's paragraph has marks like ours, unless it is in a language written from left to right."""
    return keep_lines(own_lines(text)) if begins_from_left(text) else own_lines(text)


_RIGHT_TO_LEFT: Mapping[str, Callable[..., object]] = {
    "own_lines": _keep_own_lines,
    "own_text": lambda text: keep_lines(own_text(text)),
    "flowed": lambda text: keep_lines(flowed(text)),
    "as_it_is": keep_lines,
}
"""A text is its author's: there, no character is added to it."""


def _put_in(catalogue: Catalogue, show: Callable[[str], str]) -> Mapping[str, Callable[..., str]]:
    """gettext and its like for templates; each value that is a text goes among our words as `show` has it."""

    def fill_in(text: str, values: Mapping[str, object]) -> str:
        shown = {name: show(value) if isinstance(value, str) else value for name, value in values.items()}
        return _STOP.sub(lambda stop: _without_stop(stop, values), text) % shown

    def gettext(text: str, **values: object) -> str:
        return fill_in(catalogue.gettext(text), values)

    def ngettext(one: str, many: str, num: int, **values: object) -> str:
        return fill_in(catalogue.ngettext(one, many, num), {"num": num, **values})

    def pgettext(context: str, text: str, **values: object) -> str:
        return fill_in(catalogue.pgettext(context, text), values)

    def npgettext(context: str, one: str, many: str, num: int, **values: object) -> str:
        return fill_in(catalogue.npgettext(context, one, many, num), {"num": num, **values})

    return {"gettext": gettext, "ngettext": ngettext, "pgettext": pgettext, "npgettext": npgettext}


def _without_stop(stop: re.Match[str], values: Mapping[str, object]) -> str:
    """Without our stop, where the value has an end of its own: "Welcome to the forum: Who pays?"."""
    return stop[1] if str(values.get(stop[2], "")).rstrip().endswith(_ENDS) else stop[0]
