"""Renders the text of a mail: a template, a language and values in; subject and body out.

One template serves all languages: every word comes from the catalogues. Lines are at most 72 columns,
unless a single word (an address) is longer.
"""

import re
import textwrap
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from config.i18n import get_catalogue

TEMPLATES = Path(__file__).parent / "templates"
COLUMNS = 72
OWN_COLUMNS = 78
"""Lines that people wrapped themselves are left as they are up to here."""


class _Wrapper(textwrap.TextWrapper):
    """Leaves "no." on the line of its number, in languages that write a plain space there."""

    wordsep_simple_re = re.compile(r"((?<![Nn]o\.)(?<![Nn]\.º)[\t\n\v\f\r ]+|[\t\n\v\f\r ]+(?!\d))")


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
    return Rendered(" ".join(head.removeprefix("Subject:").split(" ")).strip(), body.strip("\n") + "\n")


def wrap(text: str, first: str = "", rest: str = "") -> str:
    """One paragraph in lines of at most 72 columns; a no-break space holds its words together."""
    text = re.sub(r"[ \t\r\n]+", " ", text).strip(" ")
    if len(first + text) <= COLUMNS:
        return first + text
    # One column is kept free for the ">" of an answer. textwrap breaks at ASCII white space only,
    # which is what keeps "n° 2" and "9 h" whole.
    return _Wrapper(
        COLUMNS - 1,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    ).fill(text)


def own_lines(text: str) -> str:
    """An organizer's paragraph: in the lines they wrote it in where these fit, else wrapped anew."""
    lines = [line.strip(" \t\r") for line in text.strip().split("\n")]
    return "\n".join(lines) if all(len(line) <= COLUMNS for line in lines) else wrap(text)


def own_text(text: str) -> str:
    """A participant's text in its own lines; only a line that no screen would show whole is wrapped."""
    lines = text.strip("\n").split("\n")
    return "\n".join(line.rstrip() if len(line) <= OWN_COLUMNS else wrap(line) for line in lines)


def fill(text: str, width: int) -> str:
    """Padded to a column."""
    return text.ljust(width)


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


@lru_cache
def _environment(language: str) -> Environment:
    catalogue = get_catalogue(language)
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        # These are plain-text mails: an escaped "&amp;" would reach the reader as it stands.
        autoescape=False,  # noqa: S701
    )
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        catalogue.gettext,
        catalogue.ngettext,
        newstyle=True,
        pgettext=catalogue.pgettext,
        npgettext=catalogue.npgettext,
    )
    environment.filters["wrap"] = wrap
    environment.filters["bullet"] = bullet
    environment.filters["own_lines"] = own_lines
    environment.filters["own_text"] = own_text
    environment.filters["fill"] = fill
    environment.filters["own_languages"] = own_languages
    return environment
