"""A text says that a machine translated it in one whole line or in its subject; nothing else is taken for that."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.mail.machine import clean_machine

WORDS = ("machine translation", "traduction automatique", "traducción automática")
TEXT = "Nous gardons des semences.\n\nNous les partageons au printemps."


def clean(text: str = TEXT, subject: str = "Semences", cut: str = "") -> tuple[str, str, bool]:
    found = clean_machine(subject, subject, text, cut, WORDS)
    return found.title, found.text, found.machine


@pytest.mark.parametrize(
    "footer",
    [
        "Translated by DeepL",
        "Translated with DeepL.com (free version)",
        "Translated with www.DeepL.com/Translator (free version)",
        "Traduit avec DeepL.com (version gratuite)",
        "Traduit avec www.DeepL.com/Translator (version gratuite)",
        "Traducción realizada con la versión gratuita del traductor DeepL.com",
        "Traducción realizada con la versión gratuita del traductor www.DeepL.com/Translator",
        "Traduzido com a versão gratuita do tradutor - DeepL.com",
        "Übersetzt mit DeepL.com (kostenlose Version)",
        "Translated by Google Translate.",
        "Traduit par Google Traduction",
        "(Traducido con Google)",
        "ترجم بواسطة DeepL",
        "www.DeepL.com/Translator",
        "https://www.deepl.com/translator",
    ],
)
def test_the_footer_of_a_translator_is_taken_out(footer: str) -> None:
    assert clean(f"{TEXT}\n\n{footer}\n") == ("Semences", TEXT, True)
    assert clean(f"{TEXT}\n\n{footer}\n\nOdile\n")[1:] == (f"{TEXT}\n\n\nOdile", True)


@pytest.mark.parametrize(
    "line",
    [
        "[machine]",
        "[Machine translation]",
        "machine translation",
        "Traduction automatique :",
        "TRADUCCIÓN AUTOMÁTICA",
        "traduccion automatica.",
        "Tradução automática",
        "ترجمة آلية",
        "Traduction automatique (DeepL)",
        "Machine translation by Google Translate",
    ],
)
def test_a_first_line_that_says_so_is_taken_out(line: str) -> None:
    assert clean(f"{line}\n\n{TEXT}") == ("Semences", TEXT, True)


@pytest.mark.parametrize(
    ("subject", "title"),
    [
        ("[machine] Semences", "Semences"),
        ("Re: [machine translation] Semences", "Re: Semences"),
        ("Machine translation: Semences", "Semences"),
        ("Traduction automatique : Semences", "Semences"),
        ("Traduction automatique – Semences", "Semences"),
        ("Semences (traducción automática)", "Semences"),
        ("Traduction automatique", ""),
        ("Machine translation of #12: Semences", "Machine translation of #12: Semences"),
        (
            "Re: traduction automatique de la contribution n° 12",
            "Re: traduction automatique de la contribution n° 12",
        ),
    ],
)
def test_a_subject_that_says_so(subject: str, title: str) -> None:
    assert clean(subject=subject) == (title, TEXT, True)


@pytest.mark.parametrize(
    "text",
    [
        TEXT,
        f"Machine translation is no help to us.\n\n{TEXT}",
        f"{TEXT}\n\nTranslated by DeepL, corrected by Odile",
        f"{TEXT}\n\nTranslated by Google Translate and reread by me",
        f"{TEXT}\n\nTranslated by Odile",
        f"Translated by DeepL\n{TEXT}" + "\n\nmore" * 9,
        f"machine\n\n{TEXT}",
        "machine translation",
        "Translated by DeepL",
        "",
    ],
)
def test_what_says_something_else_stays(text: str) -> None:
    assert clean(text) == ("Semences", text, False)


def test_a_footer_that_was_cut_as_a_signature_counts_and_a_quoted_one_does_not() -> None:
    assert clean(cut="-- \nTranslated by DeepL")[2]
    assert not clean(cut="> Translated by DeepL")[2]
    assert not clean(subject="Machines and seeds")[2]


@given(st.text(), st.text())
def test_any_text_can_be_read(subject: str, text: str) -> None:
    found = clean(text, subject)
    assert len(found[1]) <= len(text)


@pytest.mark.parametrize("piece", ["translated ", "[machine ", "deepl ", "machine translation ", "(((", "\n"])
def test_no_text_takes_long(piece: str) -> None:
    began = time.process_time()
    clean(piece * 100_000, piece * 10_000)
    assert time.process_time() - began < 10
