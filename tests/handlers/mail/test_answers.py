"""What decides, and what only looks like it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.mail.answers import Answer, Verdict, parse_answer

WORDS: dict[Verdict, tuple[str, ...]] = {
    "approve": ("ok", "yes", "approve", "sí", "vale", "oui", "d'accord"),
    "reject": ("no", "reject", "non", "rechazar"),
    "discard": ("drop", "descartar", "supprimer"),
    "undo": ("undo", "deshacer", "annuler"),
    "move": ("move", "move to", "mover a", "déplacer"),
    "split": ("split", "diviser"),
}
LANGUAGES = {"fr": "fr", "French": "fr", "français": "fr", "en": "en", "Haitian Creole": "ht", "no": "no"}


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("ok", Answer("approve")),
        ("OK!\n\nSent from my phone", Answer("approve")),
        ("\n  Sí.  \n", Answer("approve")),
        ("si", Answer("approve")),
        ("D\u2019accord", Answer("approve")),
        ("no: please sign it", Answer("reject", "please sign it")),
        ("Non : merci de signer\nvotre texte.\n\nPaul", Answer("reject", "merci de signer votre texte.")),
        ("NO\n\nIt is too long.", Answer("reject", "It is too long.")),
        ("no", Answer("reject")),
        ("Drop", Answer("discard")),
        ("annuler", Answer("undo")),
    ],
)
def test_a_known_first_line_decides(text: str, answer: Answer) -> None:
    assert parse_answer(text, WORDS) == answer


@pytest.mark.parametrize(
    "text",
    [
        "",
        "  \n ",
        "No problem, publish it",
        "No problem: publish it",
        "Pas de problème",
        "Ok, but fix the title",
        "ok: but fix the title",
        "okay then",
        "nothing",
        "Hello,\nok",
        "drop: by later",
        "?",
    ],
)
def test_anything_else_decides_nothing(text: str) -> None:
    assert parse_answer(text, WORDS) == Answer(None)


@given(st.text())
def test_no_text_is_an_error_and_reasons_are_one_line(text: str) -> None:
    assert "\n" not in parse_answer(text, WORDS).reason
    assert "\n" not in parse_answer("no: " + text, WORDS).reason


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("move fr", "fr"),
        ("Move to French.", "fr"),
        ("move: FR", "fr"),
        ("  «Déplacer  français»  \n\nSent from my phone", "fr"),
        ("deplacer francais", "fr"),
        ("mover a en", "en"),
        ("move to Haitian Creole", "ht"),
        ("move no", "no"),
        ("move", None),
        ("move to", None),
        ("fr", None),
        ("move pt", None),
        ("move it to French please", None),
        ("move fr please", None),
        ("move French fr", None),
        ("please move fr", None),
        ("Hello,\nmove fr", None),
        ("no: move fr", None),
        ("split fr", None),
        ("move " * 100_000 + "fr", None),
    ],
)
def test_a_text_is_moved_by_a_whole_line_that_names_a_language(text: str, language: str | None) -> None:
    answer = parse_answer(text, WORDS, LANGUAGES)
    assert (answer.verdict == "move", answer.language or None) == (language is not None, language)
    assert parse_answer(text, WORDS).verdict != "move"


def test_split_is_a_whole_line_too() -> None:
    assert parse_answer("Split!\n\nAna", WORDS, LANGUAGES) == Answer("split")
    assert parse_answer("split it", WORDS, LANGUAGES) == Answer(None)


@given(st.text(max_size=60))
def test_whatever_follows_move_it_is_to_a_known_language_or_nothing(text: str) -> None:
    assert parse_answer(f"move {text}", WORDS, LANGUAGES).language in ("", *LANGUAGES.values())
