"""A made-up language: a catalogue of every text of the program, in an installation's own folder.

Each text stands in ⟦brackets⟧, so that a word that no catalogue gave is seen; each word of a command or an answer is
spelt backwards with an o behind it ("help" becomes "pleho"), so that an English one cannot stand in.
"""

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po, write_po

from config.catalogues import DOMAIN, LOCALES, compile_catalogues, update_catalogues
from config.i18n import OWN_LOCALES

CLDR_KNOWS, CLDR_DOES_NOT = "eo", "qaa"
"""Esperanto; and a code that ISO 639 leaves to everybody's own use."""
RULES = {
    CLDR_KNOWS: "nplurals=2; plural=(n != 1);",
    CLDR_DOES_NOT: "nplurals=3; plural=(n==1 ? 0 : n==2 ? 1 : 2);",
}
OWN_NAME = "Madeuplish"
_BRACKETS = re.compile(r"⟦[^⟦⟧]*⟧")
_ROOMS = ("config", "handlers", "bridge")


def spell(words: str) -> str:
    """The made-up word for each of these: "yes please" becomes "seyo esaelpo"."""
    return " ".join(word[::-1] + "o" for word in words.lower().split())


def write_catalogue(folder: Path, language: str, rule: str = "") -> Path:
    """Translate the template into a made-up language, as CONTRIBUTING.md says; the .po."""
    (folder / language).mkdir(parents=True)
    update_catalogues(folder)
    po = folder / language / "LC_MESSAGES" / f"{DOMAIN}.po"
    head, _, entries = po.read_text(encoding="utf-8").partition("\n\n")
    head = re.sub(r"nplurals=[^\\]*", rule or RULES[language], head)
    catalogue = read_po(BytesIO(f"{head}\n\n{entries}".encode()))
    for message in catalogue:
        if message.id:
            message.string = _translate(message, catalogue.num_plurals)
    texts = BytesIO()
    write_po(texts, catalogue, omit_header=True, width=0)
    po.write_bytes(f"{head}\n\n".encode() + texts.getvalue().lstrip())
    return po


def without_translations(text: str) -> str:
    """What is left of a mail when everything that the catalogue gave is taken out, words to be written among it."""
    while (less := _BRACKETS.sub(" ", text)) != text:
        text = less
    taught = {spell(word) for word in re.findall("[A-Za-z]+", _read_template())}
    return " ".join(word for word in text.split() if word.strip(',.:;()"|') not in taught)


@contextmanager
def own_catalogues(monkeypatch: pytest.MonkeyPatch, folder: Path) -> Iterator[None]:
    """The program as it is with this folder of catalogues, and afterwards without it."""
    with monkeypatch.context() as changed:
        changed.setenv(OWN_LOCALES, str(folder))
        _forget()
        yield
    _forget()


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the compiled catalogues of both."""
    folder = tmp_path_factory.mktemp("locales")
    for code in RULES:
        write_catalogue(folder, code)
    compile_catalogues(folder)
    return folder


@pytest.fixture(params=RULES)
def language(
    request: pytest.FixtureRequest, compiled: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """The code of a made-up language whose catalogue is found."""
    with own_catalogues(monkeypatch, compiled):
        yield str(request.param)


def _read_template() -> str:
    return (LOCALES / f"{DOMAIN}.pot").read_text(encoding="utf-8")


def _translate(message: Message, forms: int) -> str | tuple[str, ...]:
    ids = message.id if isinstance(message.id, tuple | list) else (message.id,)
    if message.context == "the name of this language, in this language":
        return OWN_NAME
    if _is_words(message, ids[0]):
        return " | ".join(spell(word) for word in ids[0].split("|"))
    if len(ids) == 1:
        return ids[0] if "…) " in ids[0] else f"⟦{ids[0]}⟧"
    return tuple(f"⟦{place}: {ids[min(place, 1)]}⟧" for place in range(forms))


def _is_words(message: Message, text: str) -> bool:
    """Whether a text is a list of words that people may write."""
    context = str(message.context or "")
    return "(…)" not in context and (
        " | " in text or context == "command" or context.startswith(("answers", "after"))
    )


def _forget() -> None:
    """What was worked out once, from the catalogues that there were."""
    for name, module in list(sys.modules.items()):
        if name.split(".")[0] in _ROOMS:
            for value in list(vars(module).values()):
                if hasattr(value, "cache_clear"):
                    value.cache_clear()
