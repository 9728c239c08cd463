"""What people and their mail programs write when they translate."""

import pytest

from handlers.linking.signals import clean_first_line, find_code, find_signal, texts_agree

PHRASES = ("Translation of", "Traduction de", "Traducción de")


def find(
    subject: str = "", text: str = "", header: str = "", address: int | None = None
) -> tuple[int, str] | None:
    signal = find_signal(address_number=address, subject=subject, text=text, header=header, phrases=PHRASES)
    return (signal.number, signal.name) if signal else None


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"address": 12, "subject": "[#13] x"}, (12, "address")),
        ({"text": "[#12]\n\nOur market"}, (12, "first-line")),
        ({"text": "\n  Traduction de #12\n\nNotre marché"}, (12, "first-line")),
        ({"text": "Traducción de n.º 12\nEl mercado"}, (12, "first-line")),
        ({"subject": "translation of 12"}, (12, "code")),
        ({"subject": "Re: Translation of #12"}, (12, "code")),
        ({"subject": "[#12] Our market"}, (12, "code")),
        ({"subject": "TR : [t12] Notre marché"}, (12, "code")),
        ({"header": "#12"}, (12, "header")),
        ({"header": "12"}, (12, "header")),
        ({"subject": "Re: [#12] Our market"}, None),
        ({"subject": "RV: RE: [#12] Our market"}, None),
        ({"subject": "Our 12 markets"}, None),
        ({"subject": "", "text": "We translated 12 texts"}, None),
        ({"header": "12 or 13"}, None),
        ({"text": "[#9999999999999]"}, None),
    ],
)
def test_signals_in_the_habits_of_mail_programs(given: dict, found: tuple[int, str] | None) -> None:
    assert find(**given) == found


def test_a_code_is_found_in_an_answered_subject() -> None:
    assert find_code("RE: [#12] Our market") == 12
    assert find_code("12 markets") is None


def test_a_first_line_that_only_names_the_original_is_not_part_of_the_text() -> None:
    assert clean_first_line("Translation of #12\n\nOur market", PHRASES) == "Our market"
    assert clean_first_line("[#12]\nOur market", PHRASES) == "Our market"
    assert clean_first_line("Our market\nfeeds 12 villages", PHRASES) == "Our market\nfeeds 12 villages"


def test_an_answer_as_long_and_with_the_same_figures_is_a_translation() -> None:
    original = "In 2011 we were 29 families with 140 hectares of land. " + "word " * 60
    assert texts_agree("En 2011 éramos 29 familias con 140 hectáreas. " + "palabra " * 60, original)
    assert not texts_agree("Gracias, muy interesante.", original)
    assert not texts_agree("En 1999 hubo 31 casas y 12 calles. " + "palabra " * 60, original)
    assert not texts_agree("palabra " * 300, original)


@pytest.mark.parametrize(
    "line", ["Translation of 12", "Translation of no. 12", "Traducción de núm. 12", "Traducción del n.º 12",
             "Traduction de la contribution n° 12", "Traduction de numéro 12", "TRANSLATION OF [#12]:"]
)  # fmt: skip
def test_a_number_is_read_as_people_write_it_and_its_line_is_no_text(line: str) -> None:
    phrases = (
        "Translation of",
        "Traducción de",
        "Traducción del",
        "Traduction de",
        "Traduction de la contribution",
    )
    text = f"{line}\nThe text itself."
    signal = find_signal(address_number=None, subject="", text=text, header="", phrases=phrases)
    assert signal is not None
    assert signal.number == 12
    assert clean_first_line(text, phrases) == "The text itself."
