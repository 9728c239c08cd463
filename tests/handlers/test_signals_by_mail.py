"""What a mail belongs to: by what its program left of the signals, by threading, and never across forums."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import pytest

from bridge.wiring import make_worker
from handlers.linking.matching import Candidate, Found, Indexed, Match
from handlers.linking.reasons import Reason
from store.posts import HELD, PUBLISHED
from tests.handlers.steps import EN, ES, hold, pick, publish, say
from tests.house import FORUM, TestHouse, mail

FR = "sse-fr@forum.example.org"
TEXT = "Un texto que dice lo mismo."


@pytest.fixture
def house(tmp_path: Path) -> Iterator[TestHouse]:
    """A forum without moderation, whose no. 1 is "Seeds", and no. 2 "Water", both in English."""
    forum = FORUM.replace('moderation = "all"', 'moderation = "none"').replace(
        "[server]", '[server]\nlinking = "explicit"'
    )
    house = TestHouse(tmp_path, forum)
    house.post(mail("We keep seeds.", to=EN, subject="Seeds", message_id="seeds"), EN)
    house.post(mail("We lack water.", to=EN, subject="Water", message_id="water"), EN)
    house.outbox()
    yield house
    house.close()


@dataclass(frozen=True, slots=True)
class Belongs:
    """What became of a text: of which number it is a translation, or a comment; neither where it stands by itself."""

    outcome: str
    of: int | None = None
    on: int | None = None
    title: str = ""


def send(house: TestHouse, subject: str = "x", text: str = TEXT, to: str = ES, **headers: str) -> Belongs:
    raw = mail(text, to=to, subject=subject, sender=headers.pop("sender", "bo@example.org"), **headers)
    outcome = house.post(raw, to)[0]
    with house.house.unit() as ctx:
        post = ctx.uow.waiting.list_posts((HELD, PUBLISHED))[-1]
        parent = ctx.uow.contributions.find_contribution(post.contribution.parent_id)
        translated = post.contribution.number if post.version.role == "translation" else None
        return Belongs(outcome, translated, parent.number if parent else None, post.revision.title)


TRANSLATIONS = [
    {"subject": "RV: Traducción de la contribución n.º 1: Semillas"},
    {"subject": "TR\u00a0: Traducción del nº 1 – Semillas"},
    {"subject": "WG: AW: Translation of #1: Semillas"},
    {"subject": "[sse-es] Traducción al español de #1: Semillas"},
    {"subject": "[sse-es 7] RE: Translation of contribution 1: Semillas"},
    {"subject": "Semillas (traducción de #1)"},
    {"subject": "[#1] Semillas"},
    {"subject": "[sse-es] [#1] Semillas"},
    {"subject": "[EXTERNAL] [#1] Semillas"},
    {"subject": "［＃1］ Semillas"},
    {"subject": "Semillas", "translation_of": "#1"},
    {"subject": "Semillas", "to": "sse+t1-es@forum.example.org"},
    {"subject": "Semillas", "to": "sse-es+t1@forum.example.org"},
]


@pytest.mark.parametrize("given", TRANSLATIONS)
def test_a_signal_in_the_subject_header_or_address_makes_a_translation_with_a_title_of_its_own(
    house: TestHouse, given: dict[str, str]
) -> None:
    assert send(house, **given) == Belongs("translation", of=1, title="Semillas")


@pytest.mark.parametrize(
    ("line", "to"),
    [
        ("Traducción al español de la contribución n.º 1", ES),
        ("Versión española de #1", ES),
        ("Buenos días:\n\nTraducción del n.º 1", ES),
        ("Traduction française de la contribution n°1", FR),
        ("Version fran\u00e7aise du n\u00b0\u00a01\u00a0:", FR),
        ("Voici la traduction du numéro 1.", FR),
        ("French translation of #1", FR),
        ("[t1]", FR),
        ("[#1]", FR),
    ],
)
def test_a_signal_in_the_first_line_makes_a_translation_and_is_no_part_of_it(
    house: TestHouse, line: str, to: str
) -> None:
    assert send(house, "Re: Seeds", f"{line}\n\n{TEXT}", to).of == 1
    with house.house.unit() as ctx:
        text = ctx.uow.waiting.list_posts((PUBLISHED,))[-1].revision.text
    assert text == (f"Buenos días:\n\n\n{TEXT}" if line.startswith("Buenos") else TEXT)


def test_what_is_left_of_a_code_counts_where_the_title_says_the_same(house: TestHouse) -> None:
    assert send(house, "Re: #1 Seeds", "I agree.", EN) == Belongs("comment", on=1, title="#1 Seeds")
    assert send(house, "RE: 1: SEEDS", "I agree too.", EN).on == 1
    assert send(house, "Re: t1 Seeds", TEXT, ES) == Belongs("translation", of=1, title=TEXT)
    assert send(house, "Re: #1 Water", "About water.", EN) == Belongs("published", title="#1 Water")
    assert send(house, "#1 reason to act", "Our first reason.", ES) == Belongs(
        "published", title="#1 reason to act"
    )
    assert send(house, "Seeds", "About seeds.", ES) == Belongs("published", title="Seeds")


@pytest.mark.parametrize(
    "given",
    [
        {"subject": "Traducción de #9"},
        {"subject": "[#9] Semillas"},
        {"subject": "Re: [#9] Seeds"},
        {"text": "[#9]\nUn texto."},
        {"to": "sse+t9-es@forum.example.org"},
        {"subject": "Translation of #1", "to": EN},
        {"text": "Translation of #1\n\nA text.", "to": EN},
        {"subject": "Re: [t1] Seeds", "to": EN},
        {"subject": "Re: [#2] Water", "text": "Traducción de #1\n\nUn texto."},
        {"subject": "[#2] Agua", "text": "Traducción de #1\n\nUn texto."},
        {"text": "Traducción de #1\n\nUn texto.", "to": "sse+c2-es@forum.example.org"},
        {"subject": "Re: [otherforum] [#1] Seeds"},
        {"subject": "[otherforum] [#1] Seeds"},
        {"subject": "[otherforum] Re: [#1] Seeds"},
        {"subject": "[#1] Semillas", "in_reply_to": "<7.abc@mail.example.net>"},
        {"subject": "Re: [#1] Seeds", "references": "<7.abc@mail.example.net>"},
        {
            "text": "Traducción de #1\n\nUn texto.",
            "in_reply_to": f"<contribution.{'a' * 28}@forum.example.net>",
        },
        {"subject": "x", "translation_of": "1", "references": f"<opening.{'a' * 28}@forum.example.net>"},
    ],
)
def test_what_names_no_number_surely_is_a_moderators_to_judge(
    house: TestHouse, given: dict[str, str]
) -> None:
    found = send(house, **given)
    assert (found.outcome, found.of, found.on) == ("held", None, None)
    assert "doubtful-link" in reasons(house)


def reasons(house: TestHouse) -> list[str]:
    with house.house.unit() as ctx:
        return list(ctx.uow.waiting.list_posts((HELD,))[-1].revision.hold_reasons)


@pytest.mark.parametrize(
    "given",
    [
        {"text": "As [#1] says, seeds matter.", "to": EN},
        {"text": "Seeds matter [1].\n\n[1] See the report.", "to": EN},
        {"text": "We translated 1 text.\nTranslation of #1 is next.", "to": EN},
        {"text": "> [#1]\n> We keep seeds.\n\nI agree.", "to": EN},
        {"text": "I agree.\n\n> Translation of #1\n> We keep seeds.", "to": EN},
        {"subject": "[otherforum #1] Seeds"},
        {"subject": "Re: [otherforum #1] Seeds"},
        {"subject": "(#1) Seeds"},
        {"in_reply_to": "<7.abc@mail.example.net>"},
        {"in_reply_to": f"<contribution.{'a' * 28}@forum.example.net>"},
        {"references": "<seeds@mail.example.net>"},
    ],
)
def test_what_is_no_signal_stands_by_itself(house: TestHouse, given: dict[str, str]) -> None:
    found = send(house, **given)
    assert (found.outcome, found.of, found.on) == ("published", None, None)


def test_an_answer_on_another_list_of_the_forum_belongs_to_what_it_answers(house: TestHouse) -> None:
    assert send(house, "Re: x", "Muy bien.", ES, in_reply_to="<seeds@mail.example.org>").on == 1
    assert send(house, "Re: x", "Très bien.", FR, references="<seeds@mail.example.org>").on == 1
    assert send(house, "Re: [#2] x", "Bien.", FR, in_reply_to="<seeds@mail.example.org>").on == 1


def test_the_nearest_message_that_we_know_is_what_is_answered(house: TestHouse) -> None:
    references = "<water@mail.example.org> <seeds@mail.example.org> <unknown@mail.example.net>"
    assert send(house, "Re: x", "Bien.", ES, references=references).on == 1


def test_an_answer_to_two_forums_follows_the_thread_and_not_the_other_forums_number(house: TestHouse) -> None:
    """The subject is the other forum's; the author's own mail went to both."""
    references = f"<seeds@mail.example.org> <contribution.{'a' * 28}@forum.example.net>"
    assert send(house, "Re: [#2] Seeds", "I agree.", EN, references=references).on == 1


def test_what_answers_a_text_that_was_sent_back_stands_by_itself(tmp_path: Path) -> None:
    house = TestHouse(tmp_path)
    for number, verdict in enumerate(("drop", "no: not here")):
        _, sent = hold(house, f"An insult {number}.", message_id=f"bad{number}")
        say(house, pick(sent, "held"), verdict)
        found = send(house, "Re: x", f"I agree {number}.", EN, in_reply_to=f"<bad{number}@mail.example.org>")
        assert (found.outcome, found.on) == ("held", None)
    house.close()


def test_what_answers_a_held_text_waits_for_it(tmp_path: Path) -> None:
    house = TestHouse(tmp_path)
    _, original = hold(house, message_id="own")
    _, sent = hold(house, "Muy bien.", ES, in_reply_to="<own@mail.example.org>", sender="bo@example.org")
    assert say(house, pick(sent, "held"), "ok")[1] == []
    assert "comment" in {mail.kind for mail in say(house, pick(original, "held"), "ok")[1]}
    house.close()


def test_a_mail_that_answers_itself_answers_nothing(house: TestHouse) -> None:
    raw = mail("A loop.", to=EN, message_id="self", in_reply_to="<self@mail.example.org>")
    assert house.post(raw, EN, FR) == ["published", "duplicate"]


def test_a_number_that_leads_elsewhere_is_followed_and_a_withdrawn_one_is_asked_about(
    house: TestHouse,
) -> None:
    with house.house.unit() as ctx:
        water = ctx.uow.contributions.find_by_number(2)
        assert water is not None
        water.withdrawn_at = house.now
        ctx.uow.contributions.add(water)
        ctx.uow.commit()
    found = send(house, "Traducción de #2: Agua")
    assert (found.outcome, found.of) == ("held", None)


def test_what_a_moderator_approves_as_it_is_becomes_a_contribution_of_its_own(tmp_path: Path) -> None:
    house = TestHouse(tmp_path)
    publish(house)
    _, sent = hold(house, "Traducción de #9\n\nUn texto.", ES, sender="bo@example.org")
    sent = say(house, pick(sent, "held"), "ok")[1]
    assert pick(sent, "contribution").subject.startswith("[#2]")
    house.close()


def test_a_moderator_is_offered_the_numbers_that_a_text_names_and_says_which(house: TestHouse) -> None:
    found = send(house, "[#1] Agua", "Traducción de #2\n\nNos falta agua.")
    assert found.outcome == "held"
    notice = pick(house.outbox(), "held")
    lines = [" ".join(line.split()) for line in notice.body.splitlines()]
    assert [line for line in lines if "Water" in line or "Seeds" in line] == [
        "1 n.º 2, Water (inglés)",
        "2 n.º 1, Seeds (inglés)",
    ]
    say(house, notice, "ok 2")
    with house.house.unit() as ctx:
        post = ctx.uow.waiting.list_posts((PUBLISHED,))[-1]
        assert (post.contribution.number, post.version.role, post.version.language) == (
            1,
            "translation",
            "es",
        )


class Knowing:
    """A matcher that knows which texts are translations of which; `sure` is False where it sees only a part."""

    model, newest = "knowing", 0

    def __init__(self, *pairs: tuple[str, str], reasons: tuple[Reason, ...] = ()) -> None:
        self._pairs, self._reasons = pairs, reasons

    def knows(self, language: str) -> bool:
        return language != "fr"

    def encode(self, text: str) -> bytes:
        return text.encode()

    def add(self, texts: Iterable[Indexed]) -> None:
        """Nothing is looked for."""

    def move(self, contributions: Mapping[int, int]) -> None:
        """Nothing is looked for."""

    def remove(self, keys: Iterable[int]) -> None:
        """Nothing is looked for."""

    def find_nearest(
        self, vectors: bytes, language: str, *, since: datetime | None = None, limit: int = 40
    ) -> list[int]:
        return []

    def find_siblings(self, vectors: bytes, language: str, *, limit: int = 5) -> list[int]:
        return []

    def decide(self, text: str, vectors: bytes, language: str, candidates: Sequence[Candidate]) -> Found:
        found = [match for one in candidates if (match := self.agrees(text, vectors, one))]
        return Found(suggested=tuple(found))

    def agrees(self, text: str, vectors: bytes, candidate: Candidate, language: str = "") -> Match | None:
        assert candidate.vectors == candidate.text.encode()
        if (text, candidate.text) not in self._pairs:
            return None
        return Match(
            candidate.key, candidate.contribution, 0.93, (Reason("figures", ("101",)), *self._reasons)
        )


ENGLISH = " ".join(f"In 2012 we kept {number} bags of seeds in our village." for number in range(101, 108))
SPANISH = " ".join(
    f"En 2012 guardamos {number} bolsas de semillas en el pueblo." for number in range(101, 108)
)
FRENCH = " ".join(f"En 2012 nous avions {number} sacs de graines au village." for number in range(101, 108))


def compare_by(house: TestHouse, matcher: Knowing) -> None:
    house.house = replace(house.house, open_matcher=lambda: matcher)
    house.worker = make_worker(house.house, lambda: None)


def answer_bags(house: TestHouse, text: str, to: str = ES) -> Belongs:
    house.post(mail(ENGLISH, to=EN, subject="Bags", message_id="bags"), EN)
    return send(house, "Re: Bags", text, to, in_reply_to="<bags@mail.example.org>")


def test_an_answer_is_a_translation_where_the_matcher_says_so_and_its_reasons_are_kept(
    house: TestHouse,
) -> None:
    compare_by(house, Knowing((SPANISH, ENGLISH)))
    assert answer_bags(house, SPANISH).of == 3
    with house.house.unit() as ctx:
        post = ctx.uow.waiting.list_posts((PUBLISHED,))[-1]
        link = ctx.uow.links.find_linked(post.revision_id)
        assert link is not None
        assert (link.signal, link.probability, link.reasons) == ("thread", 0.93, [["figures", "101"]])


def test_an_answer_of_the_same_length_and_figures_is_a_comment_where_the_matcher_does_not_agree(
    house: TestHouse,
) -> None:
    compare_by(house, Knowing())
    assert answer_bags(house, SPANISH).on == 3


def test_an_answer_that_is_a_part_waits_for_a_moderator(house: TestHouse) -> None:
    compare_by(house, Knowing((SPANISH, ENGLISH), reasons=(Reason("part"),)))
    found = answer_bags(house, SPANISH)
    assert (found.outcome, found.of) == ("held", 3)


def test_in_a_language_that_the_matcher_has_not_learnt_length_and_figures_decide(house: TestHouse) -> None:
    compare_by(house, Knowing())
    assert answer_bags(house, FRENCH, FR).of == 3


def test_a_text_that_names_its_original_and_is_unlike_it_waits(house: TestHouse) -> None:
    compare_by(house, Knowing())
    house.post(mail(ENGLISH, to=EN, subject="Bags"), EN)
    found = send(house, "Traducción de #3", SPANISH)
    assert (found.outcome, found.of) == ("held", 3)
    assert reasons(house) == ["unlike-original"]
    assert "no parece una traducción" in " ".join(pick(house.outbox(), "held").body.split())
