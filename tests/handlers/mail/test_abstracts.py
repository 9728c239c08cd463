"""Abstracts: in the first lines of a text, and in a mail whose first line says that it is one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.mail.abstracts import MAX_TEXT, find_own, parse_given, split_title
from handlers.words import abstract_lexicon

LANGUAGES = ("en", "es", "fr", "pt", "ar")
LABELS = abstract_lexicon(LANGUAGES)
TEXT = "Nous gardons des semences dans notre village, et les donnons chaque printemps à qui en demande."


def own(text: str, language: str = "fr") -> list[tuple[str, str, str]]:
    return [(one.language, one.title, one.text) for one in find_own(text, LABELS, language, LANGUAGES)]


@pytest.mark.parametrize(
    ("line", "number", "language", "machine"),
    [
        ("abstract", None, None, False),
        ("ABSTRACT.", None, None, False),
        ("summary", None, None, False),
        ("Résumé", None, None, False),
        ("resume", None, None, False),
        ("abstract 12 es", 12, "es", False),
        ("resumen 12 en francés", 12, "fr", False),
        ("Resumo [#12] inglês", 12, "en", False),
        ("résumé n° 12 en espagnol", 12, "es", False),
        ("abstract of no. 12 in Portuguese", 12, "pt", False),
        ("English abstract", None, "en", False),
        ("abstract es machine", None, "es", True),
        ("Résumé (automatique)", None, None, True),
        ("ملخص 12 بالفرنسية", 12, "fr", False),
        ("موجز", None, None, False),
    ],
)
def test_the_first_line_says_of_what_and_in_which_language(
    line: str, number: int | None, language: str | None, machine: bool
) -> None:
    found = parse_given(f"{line}\nSeeds\nWe keep seeds.", LABELS)
    assert found is not None
    assert (found.number, found.language, found.machine) == (number, language, machine)
    assert (found.content, found.inline) == ("Seeds\nWe keep seeds.", False)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "In summary, I think that seeds matter",
        "An abstract idea",
        "Abstract art in 12 villages",
        "My abstract",
        "Summary of our meeting",
        "The resumption",
        "abstract " + "12 " * 40,
    ],
)
def test_any_other_first_line_is_no_abstract(line: str) -> None:
    assert parse_given(f"{line}\nSeeds\nWe keep seeds.", LABELS) is None


def test_a_text_may_begin_on_the_line_of_the_word() -> None:
    found = parse_given("Abstract es: Guardamos semillas.\nY las damos.", LABELS)
    assert found is not None
    assert (found.language, found.inline, found.content) == ("es", True, "Guardamos semillas.\nY las damos.")


@pytest.mark.parametrize(
    ("content", "title", "text"),
    [
        (
            "Seeds\nWe keep seeds in our village.",
            "Seeds",
            "We keep seeds in our village.",
        ),
        ("Seeds of the village\n\nWe keep them.", "Seeds of the village", "We keep them."),
        (
            "We keep seeds in our village, and share them each spring with whoever\nasks for some.",
            "We keep seeds in our village, and share them each spring with whoever asks for…",
            "We keep seeds in our village, and share them each spring with whoever asks for some.",
        ),
        (
            "We keep seeds here. They are for all.",
            "We keep seeds here",
            "We keep seeds here. They are for all.",
        ),
        ("Who gains? Nobody.", "Who gains? Nobody", "Who gains? Nobody."),
        ("", "", ""),
    ],
)
def test_the_first_line_is_the_title_where_it_was_ended_on_purpose(
    content: str, title: str, text: str
) -> None:
    assert split_title(content) == (title, text)


def test_the_author_gives_abstracts_in_the_first_lines() -> None:
    text = f"Abstract: Seeds\nWe keep seeds in our village.\n\nResumen: Guardamos semillas.\nلخص\n\n{TEXT}"
    assert own(text) == [
        ("en", "Seeds", "We keep seeds in our village."),
        ("es", "Guardamos semillas", "Guardamos semillas. لخص"),
    ]


@pytest.mark.parametrize(
    "beginning",
    [
        "Abstract (English): Seeds\nWe keep seeds.",
        "English summary: Seeds\nWe keep seeds.",
        "Résumé en anglais : Seeds\nWe keep seeds.",
        "Résumé : Des semences.\nAbstract: Seeds\nWe keep seeds.",
        "Les semences\n\nAbstract:\nSeeds\nWe keep seeds.",
        "Abstract:\n\nSeeds\nWe keep seeds.",
    ],
)
def test_the_language_is_named_or_that_of_the_word(beginning: str) -> None:
    assert own(f"{beginning}\n\n{TEXT}") == [("en", "Seeds", "We keep seeds.")]


@pytest.mark.parametrize(
    "text",
    [
        TEXT,
        f"Résumé : Des semences.\n\n{TEXT}",
        f"Abstract (German): Samen.\n\n{TEXT}",
        "Abstract: We keep seeds, and that is all.",
        f"{TEXT}\n\n{TEXT}\n\nAbstract: We keep seeds.\n\n{TEXT}",
        f"Abstract\nWe keep seeds.\n\n{TEXT}",
        f"Abstract:\n\n{TEXT}",
    ],
)
def test_what_is_no_abstract_in_another_language_is_text(text: str) -> None:
    found = own(text)
    assert [language for language, _, _ in found if language != "en"] == []
    assert "We keep seeds" not in str(found)


def test_the_first_of_a_language_counts() -> None:
    assert own(f"Abstract: One.\nAbstract: Two.\n\n{TEXT}") == [("en", "One", "One.")]


def test_what_is_too_long_ends_with_a_whole_sentence() -> None:
    long = "We keep seeds in our village. " * 20
    ((_, _, text),) = own(f"Abstract: {long}\n\n{TEXT}")
    assert text.endswith("village.")
    assert MAX_TEXT - 60 < len(text) <= MAX_TEXT


@given(st.text(max_size=600), st.sampled_from(["Abstract: ", "Resumen (English): ", "ملخص: ", ""]))
def test_whatever_people_write_is_read_and_none_is_too_long(text: str, label: str) -> None:
    for one in find_own(f"{label}{text}\n\n{TEXT}\n\n{TEXT}", LABELS, "fr", LANGUAGES):
        assert len(one.text) <= MAX_TEXT
        assert one.language != "fr"
        assert "\n" not in one.title + one.text
    given_text = parse_given(f"{label}{text}", LABELS)
    if given_text is not None:
        title, _ = split_title(given_text.content)
        assert len(title) <= 120
