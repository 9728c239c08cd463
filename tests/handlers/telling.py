"""A matcher that finds what a test tells it: everything around it is real."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from bridge.wiring import make_worker
from handlers.linking.matching import NOTHING_FOUND, Candidate, Covered, Found, Indexed, Match
from handlers.linking.reasons import Reason
from tests.house import TestHouse

Finds = Callable[[Sequence[Candidate]], Found]
WHY = (Reason("figures", ("29", "2013")), Reason("sentences", ("2", "4", "7")), Reason("length"))


class TellingMatcher:
    """Knows every text that was added as near; `finds` says what the next ones are."""

    model = "telling 1"

    def __init__(self) -> None:
        self.newest = 0
        self.finds: Finds = lambda _: NOTHING_FOUND
        self._languages: dict[int, str] = {}

    def knows(self, _language: str) -> bool:
        return True

    def encode(self, text: str) -> bytes:
        return text.encode("utf-8", "replace")[:8]

    def add(self, texts: Iterable[Indexed]) -> None:
        for text in texts:
            self._languages.setdefault(text.key, text.language)
            self.newest = max(self.newest, text.key)

    def move(self, contributions: Mapping[int, int]) -> None:
        pass

    def find_nearest(
        self, _vectors: bytes, language: str, *, since: datetime | None = None, limit: int = 40
    ) -> list[int]:
        return [key for key, other in self._languages.items() if other != language][:limit]

    def find_siblings(self, _vectors: bytes, _language: str, *, limit: int = 5) -> list[int]:
        return []

    def decide(self, _text: str, _vectors: bytes, _language: str, candidates: Sequence[Candidate]) -> Found:
        return self.finds(candidates)

    def agrees(self, _text: str, _vectors: bytes, _candidate: Candidate, _language: str = "") -> Match | None:
        return None


def listen(house: TestHouse) -> TellingMatcher:
    """Give a forum this matcher."""
    matcher = TellingMatcher()
    house.house = replace(house.house, open_matcher=lambda: matcher)
    house.worker = make_worker(house.house, lambda: None)
    return matcher


def like(
    candidates: Sequence[Candidate],
    words: str,
    probability: float = 0.87,
    covered: Covered | None = None,
    why: tuple[Reason, ...] = WHY,
) -> Match:
    """The candidate whose text has these words."""
    found = next(one for one in candidates if words in one.text)
    return Match(found.key, found.contribution, probability, why, covered)
