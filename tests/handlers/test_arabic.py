"""Arabic as people write it, with or without hamza and dots: answers, commands, translations, and a forum's mails."""

import re
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.bidi import LRM, RLE, RLM
from handlers.attribution import Attribution, parse_byline
from handlers.linking.signals import find_signal
from handlers.mail.answers import Answer, parse_answer
from handlers.mail.commands import parse_commands
from handlers.mail.machine import clean_machine
from handlers.mail.quotes import clean_reply
from handlers.mail.reviews import parse_review
from handlers.words import (
    answer_words,
    byline_words,
    command_words,
    find_language,
    language_names,
    machine_words,
    review_words,
    translation_wording,
)
from tests.config.test_bidi import MARKS
from tests.house import FORUM, Sent, TestHouse, answer, mail
from tests.visual import find_base

LANGUAGES = ("en", "fr", "ar")
AR, EN, COMMANDS = "sse-ar@forum.example.org", "sse-en@forum.example.org", "sse@forum.example.org"
MODERATOR, SALMA = "moderator-ar@example.org", "salma@example.org"
ADDRESS = re.compile(r"[A-Za-z0-9._+=-]+@(?:forum\.)?example\.org|https?://[!-~]+")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("موافق", Answer("approve")),
        ("نعم.", Answer("approve")),
        ("نعم، شكرا", Answer("approve")),
        ("«نعم»", Answer("approve")),
        (f"{RLM}نعم{RLM}", Answer("approve")),
        ("اوافق", Answer("approve")),
        ("موافق ١", Answer("approve", number=1)),
        ("١", Answer("approve", number=1)),
        ("لا", Answer("reject")),
        ("لا: النص طويل", Answer("reject", "النص طويل")),
        ("لا : النص طويل", Answer("reject", "النص طويل")),
        ("حذف", Answer("discard")),
        ("تراجُع", Answer("undo")),
        ("نقل إلى الفرنسية", Answer("move", language="fr")),
        ("نقل الى الفرنسيه", Answer("move", language="fr")),
        ("نقل fr", Answer("move", language="fr")),
        ("تقسيم", Answer("split")),
        ("ضم رقم ١٢", Answer("join", number=12)),
        ("ضم إلى #12", Answer("join", number=12)),
        ("فصل", Answer("separate")),
        ("يحل محل 12", Answer("replace", number=12)),
        ("تمت المراجعه", Answer("reread")),
        ("لا مشكلة، انشروه", Answer(None)),
        ("نعم، لكن الاسم ناقص", Answer(None)),
        ("هل هذا صحيح؟", Answer(None)),
        ("لا أدري", Answer(None)),
    ],
)
def test_a_moderator_answers_in_arabic(text: str, expected: Answer) -> None:
    said = parse_answer(text, answer_words(LANGUAGES), language_names(LANGUAGES), choices=(1, 2))
    assert said == expected


@pytest.mark.parametrize(
    ("line", "name", "numbers", "language"),
    [
        ("مساعدة", "help", [], None),
        ("المساعده", "help", [], None),
        ("انضمام العربية", "join", [], "ar"),
        ("إنضمام العربيه", "join", [], "ar"),
        ("إلغاء الاشتراك", "leave", [], None),
        ("الغاء الإشتراك", "leave", [], None),
        ("مُغادَرة.", "leave", [], None),
        ("طلب ١٢", "get", ["12"], None),
        ("طلب12", "get", ["12"], None),
        (f"{RLE}طلب{LRM} 12{RLM} fr", "get", ["12"], "fr"),
        ("هـــات 12", "get", ["12"], None),
        ("خلاصه ٢", "synthesis", ["2"], None),
        ("ترجمة #12 الفرنسية", "translate", ["#12"], "fr"),
        ("للترجمه العربيه اسبوعيا", "wanted", [], "ar"),
        ("إعادة 12 ar", "release", ["12"], "ar"),
    ],
)
def test_commands_are_read_however_arabic_is_spelt(
    line: str, name: str, numbers: list[str], language: str | None
) -> None:
    (command,) = parse_commands("", line, command_words(LANGUAGES))
    assert (command.name, [word for word in command.arguments if word[-1].isdigit()]) == (name, numbers)
    named = [found for word in command.arguments if (found := find_language(word, LANGUAGES))]
    assert (named or [None]) == [language]


def test_an_unknown_arabic_word_is_answered_with_the_nearest() -> None:
    (command,) = parse_commands("", "مسعدة", command_words(LANGUAGES))
    assert (command.name, command.nearest) == ("", "مساعدة")


@pytest.mark.parametrize(
    "line",
    [
        "ترجمة #12",
        "ترجمة رقم ١٢",
        "ترجمه المساهمه رقم 12",
        "تَرْجَمَة المساهمة رقم 12",
        "الترجمة العربية للمساهمة رقم 12",
        "ترجمة عربية للمساهمة 12",
        "ترجمة المساهمة 12 إلى العربية",
        "هذه ترجمة المساهمة رقم 12",
        "ترجمة آلية للمساهمة رقم 12",
        "ترجمة رقم 12 بقلم ليلى",
        "[#١٢]",
        f"{RLM}[t12]",
    ],
)
def test_a_first_line_names_the_original(line: str) -> None:
    signal = find_signal(subject="", text=f"{line}\n\nنص", wording=translation_wording(LANGUAGES))
    assert signal is not None
    assert signal.number == 12


@pytest.mark.parametrize("line", ["ترجمة 12 قرية في الجبل", "ترجمة القرية", "في 12 قرية"])
def test_a_sentence_names_none(line: str) -> None:
    assert find_signal(subject="", text=f"{line}\n\nنص", wording=translation_wording(LANGUAGES)) is None


@pytest.mark.parametrize(
    ("line", "said"),
    [("ما زالت صحيحة", "still-right"), ("مازالت صحيحه", "still-right"), ("دون تغيير", "still-right"),
     ("راجعتها", "reread"), ("تمت المراجعة.", "reread"), ("هل ما زالت صحيحة؟", "")],
)  # fmt: skip
def test_a_translator_says_so_in_arabic(line: str, said: str) -> None:
    assert parse_review(line, review_words(LANGUAGES)) == said


def test_an_author_is_named_with_an_arabic_comma() -> None:
    found = parse_byline("بقلم: ليلى بن علي، تونس\n\nنص", byline_words(LANGUAGES))
    assert found == (Attribution("ليلى بن علي", "تونس"), "نص")


def test_a_machine_translation_says_so() -> None:
    cleaned = clean_machine("", "", "ترجمة آلية\n\nالسوق يوم السبت.", "", machine_words(LANGUAGES))
    assert (cleaned.machine, cleaned.text) == (True, "السوق يوم السبت.")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[TestHouse]:
    forum = FORUM.replace('language = "es"', 'language = "ar"').replace("-es@", "-ar@")
    forum = re.sub(r'es = "[^"]*"', 'ar = "منتدى الأقاليم"', forum)
    house = TestHouse(tmp_path, forum)
    house.subscribe(SALMA, language="ar")
    yield house
    house.close()


def read(house: TestHouse) -> list[Sent]:
    """What was sent, each mail in Arabic looked at line by line."""
    found = house.outbox()
    for sent in found:
        if sent.header("Content-Language") == "ar":
            check_arabic(sent)
    return found


def check_arabic(sent: Sent) -> None:
    """Small; no mark in a header or at an address; and lines of ours go from right to left."""
    assert len(sent.raw) <= 8_000
    assert not any(unicodedata.category(char) in ("Cf", "Cn") for char in sent.subject + sent.header("From"))
    for line in sent.body.split("\n"):
        assert not re.search(rf"[{MARKS}](?:{ADDRESS.pattern})|(?:{ADDRESS.pattern})[{MARKS}]", line), line
        assert not re.search("[\u2068\ufdd0]", line), line
        if re.search(f"[{MARKS}]", line):
            assert find_base(line) == "R", line


def post(
    house: TestHouse, text: str, *, to: str, sender: str, subject: str, name: str = "Ana B."
) -> list[Sent]:
    house.post(mail(text, to=to, sender=sender, subject=subject, name=name), to)
    return read(house)


def reply(house: TestHouse, to: Sent, text: str, sender: str) -> list[Sent]:
    house.post(*answer(to, text, sender=sender))
    return read(house)


def pick(mails: list[Sent], kind: str, to: str = "") -> Sent:
    return next(sent for sent in mails if sent.kind == kind and (not to or to in sent.recipients))


def test_a_contribution_is_held_approved_and_distributed_in_arabic(house: TestHouse) -> None:
    asked = post(house, "نحفظ البذور في بيت الجدة.", to=AR, sender=SALMA, subject="Seeds & grandmothers (2)?")
    held = pick(asked, "held")
    assert f"{RLE}عنوان النص: Seeds & grandmothers (2)?{LRM}\n" in held.body
    assert f"{RLE}من: Ana B. {LRM}<{SALMA}>{LRM}\n" in held.body
    assert "\n\nنحفظ البذور في بيت الجدة.\n" in held.body
    told = reply(house, held, "موافق", MODERATOR)
    assert "تم نشر نصكم: هو المساهمة رقم 1 في المنتدى. شكرا." in pick(told, "receipt_published").body
    assert f"{RLM}{RLE}Ana B.{LRM}،{RLM} 2 يوليو 2013\n" in pick(told, "contribution").body


def test_what_we_wrote_is_cut_from_an_answer_with_its_marks_or_without(house: TestHouse) -> None:
    house.tick(datetime(2013, 7, 15, 8, tzinfo=UTC))
    body = pick(read(house), "closing", SALMA).body
    assert RLE in body
    for quoted in (body, re.sub(f"[{MARKS}]", "", body), " ".join(body.split())):
        assert clean_reply(f"نص آخر مصحح.\n\n{quoted}", (body,)).text == "نص آخر مصحح."


def test_a_request_is_confirmed_and_answered_in_arabic(house: TestHouse) -> None:
    asked = pick(
        post(house, "انضمام العربية", to=COMMANDS, sender="nur@example.org", subject=""), "confirm_join"
    )
    joined = pick(reply(house, asked, "نعم", "nur@example.org"), "joined")
    assert joined.subject == "أهلا بكم في المنتدى"
    lines = "مساعدة\nطلب ٩٩\nمسعدة\nللترجمة العربية\nأيضا"
    answers = pick(post(house, lines, to=COMMANDS, sender="nur@example.org", subject=""), "answers")
    assert "لا توجد مساهمة منشورة بهذا الرقم." in answers.body
    assert "هل تقصدون: مساعدة؟" in answers.body


def test_a_text_is_handed_out_and_its_translation_read_by_arabic_numbers(house: TestHouse) -> None:
    held = pick(
        post(house, "We keep seeds.\n\nSo do others.", to=EN, sender="ana@example.org", subject="Seeds"),
        "held",
    )
    reply(house, held, "ok", "moderator-en@example.org")
    text = pick(post(house, "ترجمة ١ ar", to=COMMANDS, sender=SALMA, subject=""), "translation_text")
    assert "[1] We keep seeds.\n\n[2] So do others.\n" in text.body
    held = pick(reply(house, text, "[٠] البذور\n\n[١] نحفظ البذور.\n\n[٢] وغيرنا يحفظها.", SALMA), "held")
    reply(house, held, "موافق", MODERATOR)
    body = pick(post(house, "طلب 1 ar", to=COMMANDS, sender=SALMA, subject=""), "answers").body
    assert "نحفظ البذور.\n\nوغيرنا يحفظها.\n" in body


def test_announcements_are_in_arabic(house: TestHouse) -> None:
    house.tick(datetime(2013, 7, 15, 8, tzinfo=UTC))
    closing = pick(read(house), "closing", SALMA)
    assert closing.subject == "اختتمت المرحلة 1 من المنتدى: شكرا"
    house.tick(datetime(2013, 7, 29, 8, tzinfo=UTC))
    opening = pick(read(house), "opening", SALMA)
    assert "آخر يوم: الأحد 11، حتى 22:00 بتوقيت غرينتش (منتصف الليل في باريس)." in opening.body
    house.tick(datetime(2013, 8, 9, 8, tzinfo=UTC))
    assert pick(read(house), "reminder", SALMA).subject == "المرحلة 2 من المنتدى: بقيت 3 أيام"
