"""What people and their mail programs write when they translate, and what only looks like it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.linking.signals import (
    Signal,
    clean_first_line,
    clean_title,
    find_bare_code,
    find_code,
    find_signal,
    is_elsewheres,
    texts_agree,
)
from handlers.words import translation_wording

WORDING = translation_wording(("en", "es", "fr"))


def find(subject: str = "", text: str = "", header: str = "", address: int | None = None) -> Signal | None:
    return find_signal(address_number=address, subject=subject, text=text, headers=(header,), wording=WORDING)


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"address": 12, "subject": "x"}, (12, "address")),
        ({"text": "[#12]\n\nOur market"}, (12, "first-line")),
        ({"text": "[#12] Our market\n\nOur market feeds"}, (12, "first-line")),
        ({"text": "\n  Traduction de #12\n\nNotre marché"}, (12, "first-line")),
        ({"text": "Traducción de n.º 12\nEl mercado"}, (12, "first-line")),
        ({"subject": "translation of 12"}, (12, "code")),
        ({"subject": "Re: Translation of #12"}, (12, "code")),
        ({"subject": "[#12] Our market"}, (12, "code")),
        ({"subject": "［＃12］ Our market"}, (12, "code")),
        ({"subject": "[EXTERNAL] [#12] Our market"}, (12, "code")),
        ({"subject": "[SUSPECTED SPAM] [#12] Our market"}, (12, "code")),
        ({"subject": "TR : [t12] Notre marché"}, (12, "code")),
        ({"header": "#12"}, (12, "header")),
        ({"header": "12"}, (12, "header")),
        ({"header": "[#12]"}, (12, "header")),
    ],
)
def test_signals_in_the_habits_of_mail_programs(given: dict, found: tuple[int, str]) -> None:
    signal = find(**given)
    assert signal is not None
    assert (signal.number, signal.name, signal.rivals) == (*found, ())


PHRASES = [
    "Translation of 12",
    "Translation of no. 12",
    "Translation of n° 12:",
    "Translation of nr. 12",
    "Translation of number 12",
    "Translation of the contribution #12",
    "TRANSLATION OF [#12]:",
    "*Translation of #12*",
    "(Translation of #12)",
    "« Traduction de #12 »",
    "French translation of #12",
    "Spanish version of contribution 12",
    "Translation into Spanish of #12",
    "Translation of #12 into Spanish",
    "Translation of #12 by Marie Dupont",
    "Translation of #12 into French, by Marie Dupont",
    "Here is the French translation of #12:",
    "This is the translation of contribution 12.",
    "Traduction du nº 12",
    "Traduction du n\u00b0\u00a012\u00a0:",
    "Traduction de la contribution n° 12",
    "Traduction française de la contribution n°12",
    "Traduction en français du texte 12",
    "Traduction de numéro 12",
    "Traduction du numéro 12",
    "Version française de #12",
    "version espagnole du n° 12",
    "Version en anglais de la contribution 12",
    "Voici la traduction française de la contribution n° 12 :",
    "Voici la version française du n° 12.",
    "Traducción de núm. 12",
    "Traducción del n.º 12",
    "Traducción del número 12",
    "Traducción de la contribución 12",
    "Traduccion de la contribucion nro. 12",
    "Traducción al español de la contribución 12",
    "Traducción de la contribución 12 al español",
    "Traducción española del texto 12",
    "Versión en español de #12",
    "Version espanola del n.º 12",
    "Versión francesa de #12",
    "Esta es la traducción al español de la contribución n.º 12.",
    "Aquí está la traducción del 12:",
    "Traduccio\u0301n de #12",
    "Traduction de #١٢",
]  # fmt: skip


@pytest.mark.parametrize("line", PHRASES)
def test_a_number_is_read_as_people_write_it_and_its_line_is_no_text(line: str) -> None:
    assert find(text=f"{line}\nThe text itself.") == Signal(12, "first-line")
    assert find(subject=line) == Signal(12, "code")
    assert clean_first_line(f"{line}\n\nThe text itself.", WORDING) == "The text itself."
    assert clean_title(line, 12, WORDING) == ""


PREFIXES = [
    "RE:", "Re :", "re\u00a0:", "RE\u202f:", "Re：", "Re[2]:", "TR :", "TR\u00a0:", "RV:", "RV: RE:", "Rép :", "Rép. :",
    "Réf. :", "Fwd:", "FW:", "Fwd: Re: Fwd:", "Re: Re: Re:", "RE:RE:", "Antw:", "Antwort:", "AW:", "WG:", "AW: WG:", "ENC:",
    "RES:", "SV:", "VS:", "R:", "RIF:", "رد:", "رد :", "الرد:", "إعادة توجيه:", "Rep:", "RTA:", "REENV:", "Enc: Res:",
    "[EXT] Re:", "Re: [EXTERNAL]",
]  # fmt: skip


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize("space", ["", " "])
def test_behind_the_prefix_of_an_answer_a_plain_code_says_nothing_and_whatever_is_said_counts(
    prefix: str, space: str
) -> None:
    assert find(subject=f"{prefix}{space}[#12] Our market") is None
    assert find_code(f"{prefix}{space}[#12] Our market") == 12
    assert not is_elsewheres(f"{prefix}{space}[#12] Our market")
    assert find(subject=f"{prefix}{space}[t12] Our market") == Signal(12, "code")
    assert find(subject=f"{prefix}{space}Traduction du n° 12 : Notre marché") == Signal(12, "code")
    assert clean_title(f"{prefix}{space}Traduction du n° 12 : Notre marché", 12, WORDING) == "Notre marché"
    assert clean_title(f"{prefix}{space}[t12] Our market", 12, WORDING) == ""


@pytest.mark.parametrize(
    "given",
    [
        {"subject": "RV: RE: [#12] Our market"},
        {"subject": "[#12] Re: Our market"},
        {"subject": "Our 12 markets"},
        {"subject": "#12 Our market"},
        {"subject": "12: Our market"},
        {"subject": "[otherforum #12] Our market"},
        {"subject": "[otherforum] [#12] Our market"},
        {"subject": "[otherforum 12] Our market"},
        {"subject": "[12] Our market"},
        {"subject": "(#12) Our market"},
        {"subject": "Translation of 12 Angry Men"},
        {"subject": "About the translation of #12"},
        {"subject": "Error in the translation of #12"},
        {"text": "We translated 12 texts"},
        {"text": "Translation of 12 villages into a park"},
        {"text": "Translation of 12.5 pages"},
        {"text": "Translation of 12-year-old texts"},
        {"text": "Translation of #12 was hard, and I gave up."},
        {"text": "I have read the translation of #12, and like it."},
        {"text": "As [#12] says, water is scarce."},
        {"text": "[#12] says that water is scarce. I do not agree."},
        {"text": "[#12] Water is scarce. I do not agree."},
        {"text": "[12] See the report."},
        {"text": "Water is scarce [12].\n\n[12] See the report."},
        {"text": "> [#12]\n> Our market\n\nI agree."},
        {"text": "> Translation of #12\n\nI agree."},
        {"text": "Hello,\n[#12]\nOur market"},
        {"text": "A first paragraph, which is longer than any greeting is.\n\nTranslation of #12\nand more"},
        {"text": "One\n\nTwo\n\nTranslation of #12"},
        {"text": "Short version of #12"},
        {"text": "Version of #12"},
        {"header": "12 or 13"},
        {"header": "#12\r\nBcc: evil@example.org"},
        {"header": "9" * 5_000},
        {"text": "[#9999999999999]"},
        {"text": "Translation of #9999999999999"},
        {"subject": "[t9999999999999]"},
    ],
)
def test_what_is_not_surely_meant_is_no_signal(given: dict) -> None:
    assert find(**given) is None


@pytest.mark.parametrize(
    ("subject", "title"),
    [
        ("Translation of #12: Our market", "Our market"),
        ("Translation of #12 - Our market", "Our market"),
        ("Translation of #12 Our market", "Our market"),
        ("Translation of #12 (Our market)", "(Our market)"),
        ("Translation of 12: Our market", "Our market"),
        ("Notre marché (traduction du n° 12)", "Notre marché"),
        ("Nuestro mercado – traducción de #12", "Nuestro mercado"),
        ("Nuestro mercado [traducción de #12]", "Nuestro mercado"),
    ],
)
def test_a_title_may_stand_behind_the_number_or_in_front(subject: str, title: str) -> None:
    assert find(subject=subject) == Signal(12, "code")
    assert clean_title(subject, 12, WORDING) == title


def test_a_line_below_a_greeting_counts_and_the_greeting_stays_in_the_text() -> None:
    for greeting in ("Hello,", "Bonjour à toutes et à tous !", "Hola:", "Dear moderators"):
        text = f"{greeting}\n\nTraduction de la contribution n° 12\n\nNotre marché"
        assert find(text=text) == Signal(12, "first-line")
        assert clean_first_line(text, WORDING) == f"{greeting}\n\n\nNotre marché"


@pytest.mark.parametrize(
    ("given", "numbers"),
    [
        ({"address": 12, "subject": "Translation of #13"}, (12, 13)),
        ({"address": 12, "text": "Translation of #13\nText"}, (12, 13)),
        ({"address": 12, "subject": "Re: [#13] Our market"}, (12, 13)),
        ({"subject": "[#13] x", "text": "Translation of #12\nText"}, (12, 13)),
        ({"subject": "Re: [#13] x", "text": "Translation of #12\nText"}, (12, 13)),
        ({"subject": "[#12][#13] x"}, (12, 13)),
        ({"subject": "[t12] [t13] x"}, (12, 13)),
        ({"subject": "[#12] x", "text": "[#13]\nText"}, (13, 12)),
        ({"text": "[#12] [#13]\nText"}, (12, 13)),
        ({"text": "Translation of #12\nText", "header": "13"}, (12, 13)),
        ({"subject": "[#12] x", "header": "13"}, (13, 12)),
    ],
)
def test_two_numbers_are_rivals(given: dict, numbers: tuple[int, int]) -> None:
    signal = find(**given)
    assert signal is not None
    assert (signal.number, *signal.rivals) == numbers


def test_the_same_number_said_twice_is_no_rival_to_itself() -> None:
    signal = find(subject="Re: [t12] x", text="Translation of #12\nText", header="12", address=12)
    assert signal == Signal(12, "address")


def test_what_is_said_at_the_reply_address_of_another_number_has_a_rival() -> None:
    for text, found in (("Translation of #12\nx", (13,)), ("Translation of #13\nx", ())):
        signal = find_signal(answered_number=13, subject="", text=text, wording=WORDING)
        assert signal is not None
        assert signal.rivals == found


def test_a_code_is_found_in_an_answered_subject() -> None:
    assert find_code("RE: [#12] Our market") == 12
    assert find_code("12 markets") is None
    assert find_code("Re: [otherforum #12] x") is None


@pytest.mark.parametrize(
    "subject", ["[other] [#12] x", "Re: [other] [#12] x", "[other] Re: [#12] x", "[a b 7] [#12]"]
)
def test_a_code_behind_the_name_of_another_list_is_that_lists(subject: str) -> None:
    assert is_elsewheres(subject)


def test_a_code_without_its_brackets_needs_a_title_to_be_one() -> None:
    for subject in (
        "#12 Our market",
        "Re: #12 Our market",
        "RE: 12: Our market",
        "12 - Our market",
        "TR : ＃12] Our market",
    ):
        left = find_bare_code(subject)
        assert left is not None
        assert (left.number, left.title, left.translates) == (12, "Our market", False)
    left = find_bare_code("Re: t12 Our market")
    assert left is not None
    assert left.translates
    assert find_bare_code("Our market") is None


def test_a_first_line_that_only_names_the_original_is_not_part_of_the_text() -> None:
    assert clean_first_line("[#12]\nOur market", WORDING) == "Our market"
    assert clean_first_line("[t12]:\n\nOur market", WORDING) == "Our market"
    for text in (
        "Our market\nfeeds 12 villages",
        "[#12] Our market\nfeeds",
        "12\nmarkets",
        "Translation of #12: x\ny",
        "",
    ):
        assert clean_first_line(text, WORDING) == text


def test_an_answer_as_long_and_with_the_same_figures_is_a_translation() -> None:
    original = "In 2011 we were 29 families with 140 hectares of land. " + "word " * 60
    assert texts_agree("En 2011 éramos 29 familias con 140 hectáreas. " + "palabra " * 60, original)
    assert not texts_agree("Gracias, muy interesante.", original)
    assert not texts_agree("En 1999 hubo 31 casas y 12 calles. " + "palabra " * 60, original)
    assert not texts_agree("palabra " * 300, original)


PIECES = st.lists(
    st.sampled_from(["Translation of", "Traduction", "française", "de", "la contribution", "n°", "#", "12", "13", "[", "]",
                     "(", ":", " ", "\n", "Re:", "t", "\u00a0", "by", "into", "French", "\u202e", "é", "e\u0301", "x"])
    | st.text(max_size=5),
    max_size=30,
)  # fmt: skip


@given(subject=PIECES.map("".join), text=PIECES.map("".join), header=PIECES.map("".join))
def test_whatever_is_written_numbers_are_whole_and_no_text_is_made_up(
    subject: str, text: str, header: str
) -> None:
    signal = find(subject=subject, text=text, header=header)
    if signal is not None:
        assert all(0 <= number < 10**9 for number in (signal.number, *signal.rivals))
        assert signal.number not in signal.rivals
    cleaned = clean_first_line(text, WORDING)
    assert set(cleaned.split()) <= set(text.split())
    assert len(cleaned) <= len(text)
    clean_title(subject, 12, WORDING)
    find_bare_code(subject)


@pytest.mark.parametrize(
    "piece", ["[#1]", "Re: ", "[a] ", "Translation of ", " ", "(", "Traduction du n°", "\u00a0:", "*", "#1 "]
)
def test_long_lines_are_read_at_once(piece: str) -> None:
    for line in (piece * 30_000, piece * 10_000 + "x", "x" + piece * 10_000):
        find(subject=line, text=line, header=line)
        clean_first_line(line, WORDING)
        clean_title(line, 1, WORDING)
        find_bare_code(line)
        is_elsewheres(line)
