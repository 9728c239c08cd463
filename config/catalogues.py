"""Checks and compiles the gettext catalogues; used by `make setup` and by the wheel's build hook.

`python -m config.catalogues FOLDER` does it for an installation's own catalogues. With `--update` each language that has
a folder there gets what is to be translated, and keeps what is translated already.

Imports nothing but Babel, because a build environment has nothing else.
"""

import re
import sys
from collections.abc import Sequence
from gettext import c2py
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

DOMAIN = "manyvoices"
LOCALES = Path(__file__).parent / "locales"
_PLACEHOLDER = re.compile(r"%\((\w+)\)s")
_NUMBERS = {"num", "count", "days"}
"""Placeholders that hold the number which chooses a plural form."""
_MOST = 1_000
"""Numbers that are tried to see which of them a plural form is for."""


def read_catalogue(path: Path, language: str) -> Catalog:
    """The catalogue in a .po or .pot file."""
    with path.open("rb") as file:
        return read_po(file, locale=language, domain=DOMAIN)


def find_mistakes(catalogue: Catalog) -> list[str]:
    """What is wrong with a catalogue: missing or fuzzy strings and placeholders that differ, one line each.

    `pybabel compile` reports a wrong placeholder and writes the .mo all the same; this refuses.
    """
    mistakes: list[str] = []
    single = _find_single(catalogue)
    for message in catalogue:
        if not message.id:
            continue
        texts = _texts(message)
        name = f"{catalogue.locale_identifier}: {_first(message)!r}"
        if message.fuzzy:
            mistakes.append(f"{name} is fuzzy")
        if not all(texts):
            mistakes.append(f"{name} is not translated")
            continue
        wanted = {placeholder for text in _ids(message) for placeholder in _PLACEHOLDER.findall(text)}
        for place, text in enumerate(texts):
            found = set(_PLACEHOLDER.findall(text))
            # "One contribution" and the Arabic dual need no figure, nor does a "no contributions".
            spelt = _NUMBERS if len(texts) > 1 and place in single else set()
            if (
                found - wanted
                or (wanted - found) - spelt
                or "%" in _PLACEHOLDER.sub("", text).replace("%%", "")
            ):
                mistakes.append(f"{name} has other placeholders: {text!r}")
    return mistakes


def find_missing(catalogue: Catalog, template: Catalog) -> list[str]:
    """Texts of the program that a catalogue does not have, one line each."""
    return [
        f"{catalogue.locale_identifier}: {_first(message)!r} is missing"
        for message in template
        if message.id and catalogue.get(_first(message), message.context) is None
    ]


def compile_catalogues(locales: Path, template: Path = LOCALES / f"{DOMAIN}.pot") -> None:
    """Write the .mo beside every .po; one with mistakes, or that lacks a text of the template, stops it (ValueError)."""
    texts = read_po(BytesIO(template.read_bytes()), domain=DOMAIN)
    for po in sorted(locales.glob(f"*/LC_MESSAGES/{DOMAIN}.po")):
        catalogue = read_catalogue(po, po.parent.parent.name)
        if mistakes := [*find_missing(catalogue, texts), *find_mistakes(catalogue)]:
            raise ValueError("\n".join(mistakes))
        if catalogue.locale is None:
            # Babel leaves the rule of plurals out where CLDR does not know the language: it is that of the .po.
            catalogue.locale = "en"
        with po.with_suffix(".mo").open("wb") as file:
            write_mo(file, catalogue)


def update_catalogues(locales: Path, template: Path = LOCALES / f"{DOMAIN}.pot") -> None:
    """Bring the .po of each language in a folder up to date with the template; where there is none, make it.

    `pybabel` knows no language that CLDR does not know, and takes the rule of plurals out of its .po.
    """
    texts = read_po(BytesIO(template.read_bytes()), domain=DOMAIN)
    for folder in sorted(path for path in locales.iterdir() if path.is_dir()):
        po = folder / "LC_MESSAGES" / f"{DOMAIN}.po"
        old = po.read_bytes() if po.exists() else _make_head(folder.name)
        catalogue = read_po(BytesIO(old), locale=folder.name, domain=DOMAIN)
        catalogue.update(texts, no_fuzzy_matching=True)
        if folder.name == "en":
            for message in catalogue:
                message.string = message.id
        entries = BytesIO()
        write_po(entries, catalogue, width=0, omit_header=True, ignore_obsolete=True)
        po.parent.mkdir(exist_ok=True)
        # The head as it stands: it has the rule of plurals.
        po.write_bytes(old.partition(b"\n\n")[0].rstrip() + b"\n\n" + entries.getvalue().lstrip())


def _make_head(language: str) -> bytes:
    rule = Catalog(locale=language).plural_forms
    lines = (f"Language: {language}", "Content-Type: text/plain; charset=utf-8", f"Plural-Forms: {rule}")
    return b'msgid ""\nmsgstr ""\n' + "".join(f'"{line}\\n"\n' for line in lines).encode()


def _find_single(catalogue: Catalog) -> set[int]:
    """The plural forms that are for one number only, which may be spelt out in them."""
    choose = c2py(catalogue.plural_expr)
    chosen = [int(choose(number)) for number in range(_MOST)]
    return {form for form in set(chosen) if chosen.count(form) == 1}


def _ids(message: Message) -> tuple[str, ...]:
    return tuple(message.id) if isinstance(message.id, tuple | list) else (message.id,)


def _texts(message: Message) -> tuple[str, ...]:
    string = message.string
    return tuple(string) if isinstance(string, tuple | list) else (string or "",)


def _first(message: Message) -> str:
    return _ids(message)[0]


def main(arguments: Sequence[str]) -> None:
    """Compile the catalogues of a folder, or those that are shipped; with `--update`, bring them up to date."""
    names = [argument for argument in arguments if argument != "--update"]
    folder = Path(names[0]) if names else LOCALES
    if "--update" in arguments:
        update_catalogues(folder)
    elif not any(folder.glob(f"*/LC_MESSAGES/{DOMAIN}.po")):
        sys.exit(f"{folder}: there is no LANGUAGE/LC_MESSAGES/{DOMAIN}.po in it")
    else:
        try:
            compile_catalogues(folder)
        except ValueError as mistakes:
            sys.exit(str(mistakes))


if __name__ == "__main__":
    main(sys.argv[1:])
