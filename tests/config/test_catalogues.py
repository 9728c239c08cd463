"""Every text is in every catalogue, with the same placeholders."""

from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po

from config.catalogues import find_mistakes, read_catalogue

ROOT = Path(__file__).parents[2]
LOCALES = ROOT / "config" / "locales"
KEYWORDS = {
    "gettext": None,
    "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "_": None,
}


def extract() -> Catalog:
    with (ROOT / "babel.cfg").open() as mapping:
        methods, options = parse_mapping_cfg(mapping)
    catalogue = Catalog()
    for room in ("bridge", "handlers", "config"):
        found = extract_from_dir(
            ROOT,
            methods,
            options,
            keywords=KEYWORDS,
            directory_filter=lambda path, room=room: room in Path(path).relative_to(ROOT).parts[:1],
        )
        for _, _, message, _, context in found:
            catalogue.add(message, context=context)
    return catalogue


@pytest.mark.parametrize("language", sorted(path.name for path in LOCALES.iterdir() if path.is_dir()))
def test_a_catalogue_has_every_text_and_no_mistake(language: str) -> None:
    catalogue = read_catalogue(LOCALES / language / "LC_MESSAGES" / "manyvoices.po", language)
    wanted = extract()
    assert len(wanted) > 40
    missing = [m.id for m in wanted if m.id and not catalogue.get(m.id, m.context)]
    assert missing == []
    assert find_mistakes(catalogue) == []


PLURAL = """msgid "%(count)s day"
msgid_plural "%(count)s days"
msgstr[0] "لا أيام"
msgstr[1] "يوم"
msgstr[2] "يومان"
msgstr[3] "{few}"
msgstr[4] "%(count)s يوما"
msgstr[5] "%(count)s يوم"
"""


@pytest.mark.parametrize(("few", "mistakes"), [("%(count)s أيام", 0), ("أيام", 1)])
def test_a_plural_form_for_one_number_may_spell_it_out(few: str, mistakes: int) -> None:
    path = LOCALES / "ar" / "LC_MESSAGES" / "manyvoices.po"
    header = path.read_text(encoding="utf-8").split("\n\n", 1)[0]
    catalogue = read_po(BytesIO(f"{header}\n\n{PLURAL.format(few=few)}".encode()), locale="ar")
    assert len(find_mistakes(catalogue)) == mistakes


@pytest.mark.parametrize(
    ("entry", "mistake"),
    [
        ('msgid "From %(start)s"\nmsgstr "Du %(debut)s"\n', "other placeholders"),
        ('msgid "From %(start)s"\nmsgstr "Du"\n', "other placeholders"),
        ('msgid "From %(start)s"\nmsgstr "Du %(start)"\n', "other placeholders"),
        ('msgid "From"\nmsgstr ""\n', "not translated"),
        ('#, fuzzy\nmsgid "From"\nmsgstr "Du"\n', "fuzzy"),
    ],
)
def test_a_mistake_in_a_catalogue_is_found(entry: str, mistake: str) -> None:
    catalogue = read_po(BytesIO(f'msgid ""\nmsgstr ""\n\n{entry}'.encode()), locale="fr")
    assert [mistake in found for found in find_mistakes(catalogue)] == [True]
