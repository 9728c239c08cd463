"""What decides, and what only looks like it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.mail.answers import Answer, Verdict, clean_reason, parse_answer, without_secrets

WORDS: dict[Verdict, tuple[str, ...]] = {
    "approve": ("ok", "yes", "approve", "sí", "vale", "oui", "d'accord"),
    "reject": ("no", "reject", "non", "rechazar"),
    "discard": ("drop", "descartar", "supprimer"),
    "undo": ("undo", "deshacer", "annuler"),
    "move": ("move", "move to", "mover a", "déplacer"),
    "split": ("split", "diviser"),
    "join": ("join", "joins", "join with", "unir", "joindre à"),
    "separate": ("separate", "séparer"),
    "replace": ("replaces", "reemplaza", "remplace"),
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


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("ok 1", Answer("approve", number=1)),
        ("OK, 1.", Answer("approve", number=1)),
        ("ok #2", Answer("approve", number=2)),
        ("Ok: 2", Answer("approve", number=2)),
        ("oui 1", Answer("approve", number=1)),
        ("D\u2019accord [#1]", Answer("approve", number=1)),
        ("join 12\n\nSent from my phone", Answer("join", number=12)),
        ("Join #12!", Answer("join", number=12)),
        ("joins [#12]", Answer("join", number=12)),
        ("join with no. 12", Answer("join", number=12)),
        ("«Joindre à n°12»", Answer("join", number=12)),
        ("unir n.º 12", Answer("join", number=12)),
        ("Replaces: 12", Answer("replace", number=12)),
        ("remplace n° 12", Answer("replace", number=12)),
        ("reemplaza número 12", Answer("replace", number=12)),
        ("join \u0661\u0662", Answer("join", number=12)),
        ("Separer", Answer("separate")),
        ("separate\n\nThey are two.", Answer("separate")),
    ],
)
def test_a_number_behind_a_known_word_decides(text: str, answer: Answer) -> None:
    assert parse_answer(text, WORDS, LANGUAGES) == answer


@pytest.mark.parametrize(
    "text",
    [
        "ok 1 please",
        "ok 1 or 2",
        "ok no. 12",
        "ok no 1",
        "ok 0",
        "ok -1",
        "ok 1.5",
        "ok 1234567890",
        "ok one",
        "no 1",
        "drop 1",
        "undo 1",
        "join",
        "join us 12",
        "join 12 and 13",
        "join 0",
        "replaces",
        "replaces 12 please",
        "separate 12 from 13",
        "please separate",
        "1",
        "12",
        "#1",
        "Hello,\njoin 12",
        "join " * 100_000 + "12",
        "ok " + "1" * 100_000,
    ],
)
def test_a_number_with_words_left_over_decides_nothing(text: str) -> None:
    assert parse_answer(text, WORDS, LANGUAGES) == Answer(None)


def test_a_number_alone_is_an_answer_only_where_it_was_offered() -> None:
    for text in ("2", " #2. ", "2!\n\nAna"):
        assert parse_answer(text, WORDS, LANGUAGES, (1, 2)) == Answer("approve", number=2)
    for text in ("3", "12", "2 1", "2 please", "0"):
        assert parse_answer(text, WORDS, LANGUAGES, (1, 2)) == Answer(None)


@given(st.sampled_from(["ok", "join", "replaces"]), st.text(max_size=40))
def test_whatever_follows_it_is_a_whole_number_or_nothing(word: str, text: str) -> None:
    answer = parse_answer(f"{word} {text}", WORDS, LANGUAGES, (1, 2, 3))
    assert 0 <= answer.number < 10**9
    assert (answer.verdict in ("join", "replace")) <= (answer.number > 0)


def test_the_secrets_of_every_way_to_answer_are_taken_out() -> None:
    secret = "abcdefghijklmnopqrstuvwxyz"
    for before in ("[m-", "sse+ok-", "sse+separate-", "https://forum.example.org/l/"):
        assert secret not in without_secrets(f"see {before}{secret}]")
        assert clean_reason(f"Too short.\nsee {before}{secret}") == "Too short."
