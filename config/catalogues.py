"""Checks and compiles the gettext catalogues; used by `make setup` and by the wheel's build hook.

Imports nothing but Babel, because a build environment has nothing else.
"""

import re
import sys
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

DOMAIN = "manyvoices"
_PLACEHOLDER = re.compile(r"%\((\w+)\)s")


def read_catalogue(path: Path, language: str) -> Catalog:
    """The catalogue in a .po or .pot file."""
    with path.open("rb") as file:
        return read_po(file, locale=language, domain=DOMAIN)


def find_mistakes(catalogue: Catalog) -> list[str]:
    """What is wrong with a catalogue: missing or fuzzy strings and placeholders that differ, one line each.

    `pybabel compile` reports a wrong placeholder and writes the .mo all the same; this refuses.
    """
    mistakes: list[str] = []
    for message in catalogue:
        if not message.id:
            continue
        texts = _texts(message)
        name = f"{catalogue.locale}: {_first(message)!r}"
        if message.fuzzy:
            mistakes.append(f"{name} is fuzzy")
        if not all(texts):
            mistakes.append(f"{name} is not translated")
            continue
        wanted = {placeholder for text in _ids(message) for placeholder in _PLACEHOLDER.findall(text)}
        for text in texts:
            found = set(_PLACEHOLDER.findall(text))
            # A singular may spell its number out, so "num" alone may be missing.
            if (
                found - wanted
                or (wanted - found) - {"num"}
                or "%" in _PLACEHOLDER.sub("", text).replace("%%", "")
            ):
                mistakes.append(f"{name} has other placeholders: {text!r}")
    return mistakes


def compile_catalogues(locales: Path) -> None:
    """Write the .mo beside every .po; a catalogue with mistakes stops it (ValueError)."""
    for po in sorted(locales.glob(f"*/LC_MESSAGES/{DOMAIN}.po")):
        catalogue = read_catalogue(po, po.parent.parent.name)
        if mistakes := find_mistakes(catalogue):
            raise ValueError("\n".join(mistakes))
        with po.with_suffix(".mo").open("wb") as file:
            write_mo(file, catalogue)


def _ids(message: Message) -> tuple[str, ...]:
    return tuple(message.id) if isinstance(message.id, tuple | list) else (message.id,)


def _texts(message: Message) -> tuple[str, ...]:
    string = message.string
    return tuple(string) if isinstance(string, tuple | list) else (string or "",)


def _first(message: Message) -> str:
    return _ids(message)[0]


if __name__ == "__main__":
    try:
        compile_catalogues(Path(__file__).parent / "locales")
    except ValueError as mistakes:
        sys.exit(str(mistakes))
