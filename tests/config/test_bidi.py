"""Lines from right to left: every program shows them in order, and nobody copies a mark with an address."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.bidi import (
    FSI,
    LRI,
    LRM,
    OWN,
    PDI,
    RLE,
    RLM,
    count_columns,
    isolate,
    keep_lines,
    mark_lines,
    strip_marks,
)
from tests.visual import find_base, show

ADDRESS = "sse-ar@forum.example.org"
MARKS = "\u200e\u200f\u202a-\u202e\u2066-\u2069"

SHOWN = [
    # A line of ours; what stands on the screen, from left to right.
    ("للتعليق: ردوا على هذه الرسالة", "ةلاسرلا هذه ىلع اودر :قيلعتلل"),
    (f"للمساهمة: اكتبوا إلى {isolate(ADDRESS)}", "sse-ar@forum.example.org ىلإ اوبتكا :ةمهاسملل"),
    (f"أرسلوا «مساعدة» إلى {isolate(ADDRESS)}.", ".sse-ar@forum.example.org ىلإ «ةدعاسم» اولسرأ"),
    (f"عنوان النص: {isolate('Who gains?')}", "Who gains? :صنلا ناونع"),
    (f"عنوان النص: {isolate('¿Quién gana?')}", "¿Quién gana? :صنلا ناونع"),
    (f"{isolate('Ana López')}، 9 سبتمبر 2013", "2013 ربمتبس 9 ،Ana López"),
    (f"رقم 12، {isolate('Our (new) market')} (الفرنسية)", "(ةيسنرفلا) Our (new) market ،12 مقر"),
    ("  7 مساهمات بكل اللغات (3)", "(3) تاغللا لكب تامهاسم 7"),
    ("من: Ana B. <ana@example.org>", "Ana B. <ana@example.org> :نم"),
    ("من: سلمى <salma@example.org>", "<salma@example.org> ىملس :نم"),
    (f"النص الكامل على {isolate('https://example.org/s/2/')}", "https://example.org/s/2/ ىلع لماكلا صنلا"),
    ("- رقم 12 · Our market? · Ana B. · 3 كيلوبايت", "تيابوليك 3 · Ana B. · Our market? · 12 مقر -"),
    (f"أسماء: {isolate('Lima')}، {isolate('C (D)')}، {isolate('E')}.", ".E ،C (D) ،Lima :ءامسأ"),
    (f"مرفق: {isolate('2013 report.pdf')} (3 كيلوبايت)", "(تيابوليك 3) 2013 report.pdf :قفرم"),
    (f"- {isolate('a@example.org')} · رسالتان", "ناتلاسر · a@example.org -"),
    ("  ok 1    نشره ترجمة للخيار 1", "1 رايخلل ةمجرت هرشن    ok 1"),
    ("«نمط بدون حتى 2013-08-01»", "«2013-08-01 ىتح نودب طمن»"),
    ("حصة 50k: 50 كيلوبايت (في الأسبوع)", "(عوبسألا يف) تيابوليك 50 :50k ةصح"),
    (f"#3 {isolate('Another, please!')} (الإنجليزية): طلب 3", "3 بلط :(ةيزيلجنإلا) Another, please! #3"),
    ("أسماء مشتركة: Lima، Oxfam؛ الطول متقارب", "براقتم لوطلا ؛Oxfam ،Lima :ةكرتشم ءامسأ"),
    ("الأحد 1، حتى 16:30 (17:30 في باريس)", "(سيراب يف 17:30) 16:30 ىتح ،1 دحألا"),
    (f"أرسلوا «ترجمة 12 {isolate('fr')} جزء 2» إلى {isolate(ADDRESS)} (12 مرة)",
     "(ةرم 12) sse-ar@forum.example.org ىلإ «2 ءزج fr 12 ةمجرت» اولسرأ"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "shown"), SHOWN)
@pytest.mark.parametrize("old", [False, True])
def test_a_line_is_shown_in_order_by_every_program(line: str, shown: str, old: bool) -> None:
    """By its first strong letter or from left to right whatever it says, with or without knowing isolates."""
    marked = mark_lines(line)
    assert find_base(marked) == "R"
    assert show(marked, old=old) == shown
    assert show(marked, "L", old=old) == shown


def test_a_value_in_both_scripts_is_shown_in_order_where_isolates_are_known() -> None:
    marked = mark_lines(f"الأصل: {isolate('Our «سوق» market')}.")
    assert marked == f"{RLE}الأصل: {LRI}Our «سوق» market{PDI}."
    assert show(marked) == show(marked, "L") == ".Our «قوس» market :لصألا"


@pytest.mark.parametrize(
    "line",
    [
        "للتعليق: ردوا على هذه الرسالة.",
        "  sse+ok-abc@forum.example.org",
        "Who keeps seeds?",
        "The word «سوق» is a market",
        "-- ",
        "",
        "سبب الانتظار: هوية المرسل غير مؤكدة.",
    ],
)
def test_a_line_in_one_direction_needs_nothing(line: str) -> None:
    assert mark_lines(line) == line


def test_marks_are_few() -> None:
    """Three bytes a line where only its direction has to be said."""
    assert mark_lines(f"اكتبوا إلى {isolate(ADDRESS)}") == f"{RLE}اكتبوا إلى {ADDRESS}"
    assert mark_lines(f"العنوان: {isolate('Seeds!')}") == f"{RLE}العنوان: Seeds!{LRM}"
    assert mark_lines("PDF أو صورة ملونة") == f"{RLM}{RLE}PDF أو صورة ملونة"


def test_a_value_that_was_broken_over_two_lines_is_apart_in_both() -> None:
    first, second = mark_lines(f"الأصل: {isolate('Who keeps' + chr(10) + 'the seeds?')} (الفرنسية)").split(
        "\n"
    )
    assert first == f"{RLE}الأصل: Who keeps"
    assert second == f"{RLM}{RLE}the seeds?{LRM} (الفرنسية)"
    assert show(second, "L") == "(ةيسنرفلا) the seeds?"


def test_what_somebody_else_wrote_stays_as_it_is() -> None:
    text = "PDF والناس: ماذا؟\nOur market."
    assert mark_lines(keep_lines(text)) == text
    once = mark_lines("PDF أو صورة ملونة")
    assert mark_lines(once) == once, "a part that was rendered before"


def test_marks_take_no_room() -> None:
    assert count_columns(f"{RLM}{isolate('Seeds')}{OWN}") == 5
    assert strip_marks(f"{RLE}{isolate('Seeds')}{LRM}") == "Seeds"


WORDS = st.sampled_from(
    ["سوق", "الناس", "12", "2013", "market", "PDF", "a@example.org", "sse-ar+c12@forum.example.org",
     "https://example.org/s/2/", "<b@example.org>", "(", ")", "؟", "?", "،", ",", ".", ":", "·", "-", "#12", "[#12]", "«", "»", "9:00",
     "2013-08-01"]
)  # fmt: skip
VALUES = st.lists(WORDS, min_size=1, max_size=4).map(lambda words: isolate(" ".join(words)))
LINES = st.lists(st.one_of(WORDS, VALUES), max_size=8).map(" ".join)
TEXTS = st.lists(LINES, max_size=3).map("\n".join)


@given(TEXTS)
def test_only_marks_are_added(text: str) -> None:
    """And beside an address that ends a line, or begins it, a blank."""
    marked = mark_lines(text)
    assert strip_marks(marked).replace(" ", "") == strip_marks(text).replace(" ", "")
    assert FSI not in marked
    assert OWN not in marked
    assert all(mark_lines(line) == line for line in marked.split("\n") if RLE in line)


@given(TEXTS)
def test_isolates_are_balanced_in_every_line(text: str) -> None:
    for line in mark_lines(text).split("\n"):
        assert re.fullmatch(rf"[^{LRI}{PDI}]*(?:{LRI}[^{LRI}{PDI}]*{PDI}[^{LRI}{PDI}]*)*", line)


@given(TEXTS)
def test_no_mark_touches_an_address_or_a_link(text: str) -> None:
    for line in mark_lines(text).split("\n"):
        assert not re.search(rf"[{MARKS}](?:https?://|[\w.+-]+@)|(?:@[\w.-]+\w|/2/)[{MARKS}]", line, re.ASCII)


@given(TEXTS)
def test_a_line_that_is_marked_begins_from_the_right(text: str) -> None:
    for line in mark_lines(text).split("\n"):
        if RLE in line:
            assert find_base(line) == "R"
            assert show(line, old=True) == show(line, "L", old=True)


@given(st.text(max_size=60))
def test_any_text_can_be_marked(text: str) -> None:
    marked = mark_lines(isolate(text))
    assert all(unicodedata.category(char) != "Cs" for char in marked)
    assert FSI not in mark_lines(f"سوق {isolate(text)}\n{text}").replace(text, "")
