"""Adding a language is one catalogue and one line: with what CLDR knows of it, or without."""

import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from bridge.check import find_language_warnings
from config.addresses import Addresses, LocalAddress, parse_address
from config.catalogues import LOCALES, compile_catalogues, update_catalogues
from config.forum import ConfigError, Settings, load_settings
from config.i18n import MissingCatalogueError, get_catalogue, list_shipped
from handlers.words import command_words, find_language
from tests.house import FORUM
from tests.languages import (
    CLDR_DOES_NOT,
    CLDR_KNOWS,
    OWN_NAME,
    RULES,
    compiled,
    language,
    own_catalogues,
    spell,
    write_catalogue,
)

__all__ = ["compiled", "language"]

ROOT = Path(__file__).parents[2]


def settings_with(folder: Path, code: str) -> Settings:
    path = folder / "forum.toml"
    forum = FORUM.replace('language = "es"', f'language = "{code}"').replace(", es =", f', "{code}" =')
    path.write_text(forum, encoding="utf-8")
    return load_settings(path)


def test_one_catalogue_and_one_line_make_a_language(tmp_path: Path, language: str) -> None:
    settings = settings_with(tmp_path, language)
    assert settings.languages == ("en", language, "fr")
    assert language in list_shipped()
    assert get_catalogue(language).gettext("The organizing team") == "⟦The organizing team⟧"
    address = Addresses(settings).reply(12, language)
    assert parse_address(settings, address) == LocalAddress("reply", language, 12)


def test_its_words_are_commands(language: str) -> None:
    words = command_words((language,))
    assert words[language]["help"] == (spell("help"), spell("info"))
    assert words["en"]["help"] == ("help", "info")


def test_a_language_that_cldr_knows_writes_dates_its_own_way_and_the_other_borrows_them(
    tmp_path: Path, language: str
) -> None:
    catalogue = get_catalogue(language)
    known = language == CLDR_KNOWS
    assert catalogue.long_date(date(2013, 9, 9)) == ("2013-Septembro-09" if known else "9 September 2013")
    assert catalogue.number(12_345) == ("12\u00a0345" if known else "12,345")
    told = [
        line
        for line in find_language_warnings(settings_with(tmp_path, language))
        if line.startswith(language)
    ]
    assert told == (
        []
        if known
        else ["qaa: CLDR does not know this language; its dates and numbers are written as in en_GB"]
    )


def test_a_catalogue_names_the_language_whose_dates_it_borrows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    po = write_catalogue(tmp_path, "ay", "nplurals=1; plural=0;")
    po.write_text(po.read_text(encoding="utf-8").replace('msgstr "⟦en⟧"', 'msgstr "es_BO"'), encoding="utf-8")
    compile_catalogues(tmp_path)
    with own_catalogues(monkeypatch, tmp_path):
        assert get_catalogue("ay").long_date(date(2013, 9, 9)) == "9 de septiembre de 2013"


def test_a_language_that_cldr_does_not_know_is_called_what_it_calls_itself(language: str) -> None:
    name = get_catalogue("fr").language_name(language)
    assert name == {"eo": "espéranto", "qaa": OWN_NAME}[language]
    assert find_language(name, ("fr", language)) == language


def test_the_plural_is_that_of_its_own_rule(language: str) -> None:
    catalogue = get_catalogue(language)
    chosen = [catalogue.ngettext("%(count)s byte", "%(count)s bytes", n)[1] for n in (1, 2, 3, 100)]
    assert chosen == (["0", "1", "1", "1"] if language == CLDR_KNOWS else ["0", "1", "2", "2"])


def test_a_folder_of_ones_own_goes_before_what_is_shipped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_catalogue(tmp_path, "fr", "nplurals=2; plural=(n > 1);")
    compile_catalogues(tmp_path)
    with own_catalogues(monkeypatch, tmp_path):
        assert get_catalogue("fr").gettext("The organizing team") == "⟦The organizing team⟧"
        assert get_catalogue("es").gettext("The organizing team") == "El equipo organizador"
    assert get_catalogue("fr").gettext("The organizing team") == "L'équipe d'organisation"


@pytest.mark.parametrize("code", ["pt_BR", "es-419", "zh_Hant_TW"])
def test_a_language_of_a_region_has_addresses_too(tmp_path: Path, code: str) -> None:
    settings = settings_with(tmp_path, code)
    for address, meaning in (
        (Addresses(settings).translate(7, code), LocalAddress("translation", code, 7)),
        (Addresses(settings).synthesis(2, code), LocalAddress("synthesis", code, phase=2)),
    ):
        assert parse_address(settings, address) == meaning


def test_a_language_of_a_region_has_the_texts_of_its_language() -> None:
    assert get_catalogue("pt_BR").gettext("The organizing team") == get_catalogue("pt").gettext(
        "The organizing team"
    )


@pytest.mark.parametrize("code", ["xx", "../fr", "fr/../es", "", "e", "français", "qaa", "en.x"])
def test_a_code_without_cldr_and_catalogue_is_none(tmp_path: Path, code: str) -> None:
    with pytest.raises(ConfigError, match="is not a language code"):
        settings_with(tmp_path, code)


def test_a_language_without_a_compiled_catalogue_is_told_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_catalogue(tmp_path, CLDR_DOES_NOT)
    with own_catalogues(monkeypatch, tmp_path):
        assert settings_with(tmp_path, CLDR_DOES_NOT).languages[1] == CLDR_DOES_NOT
        with pytest.raises(
            MissingCatalogueError, match=r'"qaa" are not compiled; run python -m config.catalogues /'
        ):
            get_catalogue(CLDR_DOES_NOT)


def test_a_catalogue_of_an_earlier_program_is_told_how_much_it_lacks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    po = write_catalogue(tmp_path, CLDR_KNOWS)
    lacking = 'msgid "The organizing team"\nmsgstr "⟦The organizing team⟧"\n'
    text = po.read_text(encoding="utf-8")
    assert lacking in text
    template = tmp_path / "old.pot"
    template.write_text('msgid ""\nmsgstr ""\n', encoding="utf-8")
    po.write_text(text.replace(lacking, ""), encoding="utf-8")
    with pytest.raises(ValueError, match="'The organizing team' is missing"):
        compile_catalogues(tmp_path)
    compile_catalogues(tmp_path, template)
    with own_catalogues(monkeypatch, tmp_path):
        warnings = find_language_warnings(settings_with(tmp_path, CLDR_KNOWS))
        assert "eo: its catalogue lacks 1 of the texts; they stand in English" in warnings


def test_what_is_translated_stays_when_a_catalogue_is_brought_up_to_date(tmp_path: Path) -> None:
    for code, rule in (("eo", ""), ("qaa", ""), ("ay", "nplurals=1; plural=0;")):
        po = write_catalogue(tmp_path / code, code, rule)
        whole = po.read_text(encoding="utf-8")
        lacking = 'msgid "The organizing team"\nmsgstr "⟦The organizing team⟧"\n\n'
        assert lacking in whole
        po.write_text(whole.replace(lacking, ""), encoding="utf-8")
        update_catalogues(tmp_path / code)
        text = po.read_text(encoding="utf-8")
        assert text.count('msgstr ""\n') - text.count('msgstr ""\n"') == 1
        assert 'msgid "The organizing team"\nmsgstr ""\n' in text
        assert f"Plural-Forms: {rule or RULES[code]}" in text


def test_the_shipped_catalogues_are_as_bringing_them_up_to_date_leaves_them(tmp_path: Path) -> None:
    shutil.copytree(LOCALES, tmp_path / "locales")
    update_catalogues(tmp_path / "locales")
    for po in sorted(LOCALES.glob("*/LC_MESSAGES/*.po")):
        assert (tmp_path / "locales" / po.relative_to(LOCALES)).read_bytes() == po.read_bytes(), po


def test_the_command_that_compiles_a_folder_stops_at_a_mistake(tmp_path: Path) -> None:
    def run() -> tuple[int, str]:
        command = [sys.executable, "-m", "config.catalogues", str(tmp_path)]
        done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
        return done.returncode, done.stderr

    assert run() == (1, f"{tmp_path}: there is no LANGUAGE/LC_MESSAGES/manyvoices.po in it\n")
    po = write_catalogue(tmp_path, CLDR_DOES_NOT)
    assert run() == (0, "")
    assert po.with_suffix(".mo").exists()
    po.write_text(po.read_text(encoding="utf-8").replace("⟦Help: send", "⟦%(x)s"), encoding="utf-8")
    status, said = run()
    assert (status, "qaa: 'Help: send" in said, "other placeholders" in said) == (1, True, True)
