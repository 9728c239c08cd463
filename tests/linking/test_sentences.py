"""Texts are cut into sentences the same way each time, whatever comes."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.linking.sentences import (
    MAX_SENTENCE,
    MAX_SENTENCES,
    count_words,
    split_sentences,
)
from handlers.mail.paragraphs import split_paragraphs


def texts(text: str) -> list[str]:
    return [sentence.text for sentence in split_sentences(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("We keep our seeds at home. Nobody buys them in town!", ["We keep our seeds at home.", "Nobody buys them in town!"]),
        ("¿Quién guarda las semillas? ¡Las guardamos nosotros mismos!", ["¿Quién guarda las semillas?", "¡Las guardamos nosotros mismos!"]),
        ("Qui garde les semences du village ? Nous les gardons tous.", ["Qui garde les semences du village ?", "Nous les gardons tous."]),
        ("هل نحتفظ بالبذور في بيوتنا؟ نعم نحتفظ بها منذ سنوات.", ["هل نحتفظ بالبذور في بيوتنا؟", "نعم نحتفظ بها منذ سنوات."]),
        ("他说这个村子里的人都把种子留在自己的家里从来不卖给别人。我们每年春天都会在大树下交换种子并且记下谁给了谁。", ["他说这个村子里的人都把种子留在自己的家里从来不卖给别人。", "我们每年春天都会在大树下交换种子并且记下谁给了谁。"]),
    ],
)  # fmt: skip
def test_sentences_end_as_their_language_ends_them(text: str, expected: list[str]) -> None:
    assert texts(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Mr. Okafor and Dra. Souza met H. D. Moore at No. 12 of the long street.",
        "It cost 1.234,50 in all and took 3.5 hours of work, e.g. for the roof.",
        "La Sra. Pérez y el Sr. Ruiz viven en la calle del mercado.",
    ],
)
def test_an_abbreviation_or_a_figure_ends_no_sentence(text: str) -> None:
    assert texts(text) == [text]


def test_the_lines_of_a_wrapped_mail_are_one_sentence() -> None:
    text = (
        "In our village forty families keep their own seeds of millet\nand sorghum, and every spring we meet under"
        " the big tree where\neach household brings what it can spare."
    )
    assert texts(text) == [text.replace("\n", " ")]


def test_headings_and_items_stand_by_themselves() -> None:
    text = "What we propose to the council\nBuild a tank for the rain water of the roof\n- mend the pipe at the town hall\n- give each child a bottle"
    assert texts(text) == [
        "What we propose to the council",
        "Build a tank for the rain water of the roof",
        "- mend the pipe at the town hall",
        "- give each child a bottle",
    ]


def test_what_is_very_short_goes_with_its_neighbour() -> None:
    assert texts("Yes. We agree with what the council proposes.") == [
        "Yes. We agree with what the council proposes."
    ]


def test_a_text_without_stops_is_cut_into_parts_of_about_one_length() -> None:
    found = texts("and we went on to the market " * 40)
    assert len(found) > 2
    assert max(map(len, found)) <= MAX_SENTENCE
    assert min(map(len, found)) * 3 > max(map(len, found))


def test_signature_and_footer_of_a_list_are_no_sentences() -> None:
    text = "We keep our seeds at home.\n-- \nAna Souza\n\n______________\nsse-en mailing list\nhttps://lists.example.org/sse-en\n"
    assert texts(text) == ["We keep our seeds at home."]


def test_paragraphs_are_numbered_as_translators_see_them() -> None:
    text = "The first paragraph is about the well.\n\n***\n\nThe second one is about the bus. It has two sentences.\n"
    assert [sentence.paragraph for sentence in split_sentences(text)] == [1, 3, 3]
    assert len(split_paragraphs(text)) == 3


@pytest.mark.parametrize("text", ["", " \n\n ", "***", "…", "\x00\x01", "🌱", "\ud800"])
def test_a_text_without_words_has_no_sentences(text: str) -> None:
    assert texts(text) == []


@pytest.mark.parametrize(
    "bomb",
    ["a" * 100_000, "a " * 60_000, "." * 100_000, "a." * 50_000, "A. " * 40_000, "\n" * 100_000, "，" * 50_000, "字" * 100_000, "(" * 99_999, "1) " * 30_000, "\ud800" * 50_000, "x@" * 50_000],
)  # fmt: skip
def test_a_bomb_is_cut_down_in_no_time(bomb: str) -> None:
    began = time.process_time()
    found = texts(bomb)
    assert time.process_time() - began < 10
    assert len(found) <= MAX_SENTENCES
    assert all(len(sentence) <= MAX_SENTENCE for sentence in found)


@given(st.text(max_size=600))
def test_whatever_comes_gives_sentences_that_can_be_encoded(text: str) -> None:
    found = split_sentences(text)
    assert found == split_sentences(text)
    for sentence in found:
        assert 0 < len(sentence.text) <= MAX_SENTENCE
        sentence.text.encode("utf-8")
    numbers = [sentence.paragraph for sentence in found]
    assert numbers == sorted(numbers)
    assert not numbers or 1 <= numbers[0] <= numbers[-1]


@given(
    st.lists(st.text(alphabet="abcé ", min_size=30, max_size=80).filter(str.strip), min_size=1, max_size=5)
)
def test_no_word_is_lost(paragraphs: list[str]) -> None:
    text = "\n\n".join(paragraphs)
    assert " ".join(texts(text)).split() == text.split()


def test_words_are_counted_in_languages_without_spaces_too() -> None:
    assert count_words("four words of text") == 4
    assert count_words("我们每年春天都会在大树下交换种子") == 8 + 1
