""" "next": the part that follows, of the long text that an address had last; and answers that fit a small mail."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.i18n import list_shipped
from handlers import fitting
from handlers.mail.commands import parse_commands
from handlers.words import argument_words, get_lexicon, part_words, teach_command
from tests.handlers.translating import BO, CARO, flat, publish, reply, say
from tests.house import FORUM, Sent, TestHouse

SMALL = 8_192
LONG = "\n\n".join(" ".join(f"word{p}x{n}" for n in range(90)) for p in range(14))
OTHER = LONG.replace("word", "mot")


@pytest.fixture
def arabic(tmp_path: Path) -> Iterator[TestHouse]:
    """A forum whose Spanish list is an Arabic one."""
    forum = FORUM.replace('"es"', '"ar"').replace(" es = ", " ar = ").replace("sse-es", "sse-ar")
    house = TestHouse(tmp_path, forum)
    yield house
    house.close()


def part_of(sent: Sent) -> tuple[str, ...]:
    """The first word of the text that a mail brings, and the last."""
    words = re.findall(r"(?:word|mot)\d+x\d+", sent.body)
    return words[0], words[-1]


def everything(house: TestHouse, first: Sent, word: str = "next") -> str:
    """All parts, each asked for in answer to the one before."""
    body, sent = first.body, first
    for _ in range(9):
        if "[…]" not in sent.body:
            return body
        assert reply(house, sent, word) == ["command"]
        (sent,) = house.outbox()
        assert len(sent.raw) <= SMALL
        body += sent.body
    raise AssertionError("there is always another part")


@pytest.mark.parametrize(
    ("line", "word"), [("get 1", "next"), ("enviar 1", "siguiente"), ("recevoir 1", "Suite.")]
)
def test_all_parts_of_a_long_text_are_fetched_by_one_word(house: TestHouse, line: str, word: str) -> None:
    publish(house, LONG)
    (first,) = say(house, line)
    assert set(LONG.split()) <= set(everything(house, first, word).split())


def test_next_in_a_mail_of_its_own_goes_on_and_says_when_there_is_no_more(house: TestHouse) -> None:
    publish(house, LONG)
    say(house, "get 1 part 2")
    (third,) = say(house, "next")
    assert "word13x89" in third.body
    (ended,) = say(house, "more")
    assert "You have had the last part" in flat(ended.body)
    assert len(ended.body) < 500


def test_next_without_anything_to_go_on_from_says_so(house: TestHouse) -> None:
    (told,) = say(house, "next")
    assert "You have no long text" in flat(told.body)


def test_each_address_goes_on_from_its_own_text(house: TestHouse) -> None:
    publish(house, LONG)
    publish(house, OTHER, subject="Another")
    say(house, "get 1", BO)
    say(house, "get 2", CARO)
    assert part_of(say(house, "next", BO)[0])[0].startswith("word")
    assert part_of(say(house, "next", CARO)[0])[0].startswith("mot")


def test_next_after_a_list_brought_the_first_part_of_a_long_text(house: TestHouse) -> None:
    house.subscribe(BO, CARO, language="en")
    publish(house, LONG)
    (second,) = say(house, "next", BO)
    assert "part 2 of 3" in second.body
    assert "word0x0" not in second.body
    # Another address asked for nothing yet.
    assert "part 2 of 3" in say(house, "next", CARO)[0].body
    assert "word13x89" in say(house, "next", BO)[0].body


def test_what_came_last_is_what_next_goes_on_from(house: TestHouse) -> None:
    house.subscribe(BO, language="en")
    publish(house, LONG)
    say(house, "next", BO)
    house.wait(hours=1)
    publish(house, OTHER, subject="Another")
    assert part_of(say(house, "next", BO)[0])[0].startswith("mot")
    house.wait(hours=1)
    say(house, "get 1 part 2", BO)
    assert part_of(say(house, "next", BO)[0])[0].startswith("word")


def test_next_in_answer_to_a_text_on_the_list_is_of_that_text(house: TestHouse) -> None:
    house.subscribe(BO, language="en")
    first = next(sent for sent in publish(house, LONG) if sent.kind == "contribution")
    publish(house, OTHER, subject="Another")
    assert reply(house, first, "next") == ["command"]
    (second,) = [sent for sent in house.outbox() if sent.kind == "answers"]
    assert part_of(second)[0].startswith("word")
    assert reply(house, first, "Next.") == ["command"]
    assert "word13x89" in house.one("answers").body


def test_a_text_in_two_languages_goes_on_in_both(house: TestHouse) -> None:
    publish(house, LONG)
    publish(house, OTHER, "sse-fr+t1@forum.example.org")
    first = say(house, "get 1 both fr")[0]
    assert "get 1 both en fr part 2" in flat(first.body)
    second = say(house, "next")[0]
    assert "word" in second.body
    assert "mot" in second.body


@pytest.mark.parametrize("lines", ["get 1\nget 2", "get 1\nlist\nphases\nmine\ncounts\nget 2\nhelp"])
def test_what_does_not_fit_a_small_mail_is_named_and_not_lost(house: TestHouse, lines: str) -> None:
    publish(house, LONG)
    publish(house, OTHER, subject="Another")
    (told,) = say(house, lines)
    assert len(told.raw) <= SMALL
    assert "word0x0" in told.body
    assert "no room here" in flat(told.body)
    assert "\n  get 2\n" in told.body
    # It was not sent, so it is not what "next" goes on from.
    assert part_of(say(house, "next")[0])[0].startswith("word")
    assert "mot0x0" in say(house, "get 2")[0].body


def test_help_that_found_no_room_is_sent_when_it_is_asked_for_again(
    house: TestHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(house, LONG)
    monkeypatch.setattr(fitting, "ROOM", 5_500)
    (told,) = say(house, "get 1\nhelp")
    assert "\n  help\n" in told.body
    assert "How to take part" in say(house, "help")[0].body


def test_what_is_asked_beside_a_long_text_is_done_all_the_same(house: TestHouse) -> None:
    publish(house, LONG)
    kinds = [sent.kind for sent in say(house, "get 1\njoin fr\nget 1 part 2")]
    assert len(kinds) == 2


def test_no_answer_is_over_8_kb_in_the_script_with_the_longest_letters(arabic: TestHouse) -> None:
    words = "الماء والبذور في قريتنا وما نفعله كل ربيع مع جيراننا"
    title = f"{words} {words}"
    for number in range(30):
        arabic.wait(minutes=1)
        publish(
            arabic,
            f"{words} {number}. " * 120,
            "sse-ar@forum.example.org",
            subject=f"{title} {number}",
            name=words,
        )
    for line in ("طلب 1", "قائمة", "مراحل", "أرقام", "قائمة\nطلب 1\nمراحل\nأرقام\nمساعدة"):
        for sent in say(arabic, line):
            assert len(sent.raw) <= SMALL, line
    publish(arabic, "words of ours " * 900, subject="water " * 19)
    for line in ("نصوصي", "تعديل 1", "ترجمة 31 ar", "طلب 31 كلاهما ar"):
        for sent in say(arabic, line, sender="ana@example.org"):
            assert len(sent.raw) <= SMALL, line


def test_next_of_a_text_that_was_withdrawn_meanwhile(house: TestHouse) -> None:
    publish(house, LONG)
    say(house, "get 1")
    with house.house.unit() as ctx:
        found = ctx.uow.contributions.find_by_number(1)
        found.withdrawn_at = house.now
        ctx.uow.contributions.add(found)
        ctx.uow.commit()
    assert "was withdrawn" in flat(say(house, "next")[0].body)


@pytest.mark.parametrize("language", list_shipped())
@pytest.mark.parametrize(
    "line",
    [
        "get 12 fr",
        "get 12 both en fr",
        "synthesis 2 es",
        "translate 12 ar",
        "translate synthesis 2 fr",
        "wanted pt",
        "edit 12 en",
        "list 2 fr",
        "phases 2",
        "mine",
        "print 2 fr",
    ],
)
def test_the_command_that_is_taught_for_the_next_part_is_read_as_the_one_that_is_kept(
    language: str, line: str
) -> None:
    languages = (language, "en")
    taught = teach_command(f"{line} part 3", language)
    (kept,) = parse_commands("", f"{line} part 3", get_lexicon(("en",)))
    (read,) = parse_commands("", taught, get_lexicon(languages))
    known, parts = argument_words(languages), part_words(languages)

    def mean(words: tuple[str, ...]) -> list[str]:
        return [known.get(word, "part" if word in parts else word) for word in words]

    assert (read.name, mean(read.arguments)) == (kept.name, mean(kept.arguments))
