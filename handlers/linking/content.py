"""The content matcher: finds the texts that a new one may be a translation of, says how sure it is, and why.

Wants numpy and a model of sentences; what it decides by was fitted on parallel text (`judgement`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from handlers.linking.anchors import Anchors, find_anchors
from handlers.linking.guards import disagree, find_covered, find_end, find_guards, leaves_out, quotes
from handlers.linking.index import Floats, Index
from handlers.linking.judgement import Judgement, Regression, load_judgement
from handlers.linking.matching import MOST_CHOICES, Candidate, Encoder, Found, Indexed, Match
from handlers.linking.measure import Measured, measure, measure_pair
from handlers.linking.pairs import Text, prepare
from handlers.linking.reasons import Reason
from handlers.linking.sentences import RULES, split_sentences
from handlers.linking.speaking import find_other_figures, find_reasons


@dataclass(frozen=True, slots=True)
class Judged:
    """A candidate with its probability; `is_part` where the text has not all of it."""

    measured: Measured
    probability: float
    is_part: bool


class ContentMatcher:
    """A `Matcher` by sentence vectors. Not for several threads at once."""

    def __init__(self, encoder: Encoder, judgement: Judgement | None = None) -> None:
        """`judgement` is what is shipped where none is given."""
        self._encoder = encoder
        self._judgement = judgement or load_judgement()
        self._index = Index(self._judgement.projection)
        self.model = f"{encoder.name}, sentences {RULES}"
        self.newest = 0

    def knows(self, language: str) -> bool:
        """Whether the encoder has learnt a language."""
        return language in self._encoder.languages

    def encode(self, text: str) -> bytes:
        """The vectors of a text's sentences, float16, one after the other; nothing for a text without words."""
        sentences = [sentence.text for sentence in split_sentences(text)]
        if not sentences:
            return b""
        return np.asarray(self._encoder.encode(sentences)).astype("<f2").tobytes()

    def add(self, texts: Iterable[Indexed]) -> None:
        """Texts that can be found from now on; one that is there already is left as it is."""
        for text in texts:
            self.newest = max(self.newest, text.key)
            if text.vectors and text.key not in self._index:
                self._index.add(text, self._read(text.vectors))

    def remove(self, keys: Iterable[int]) -> None:
        """Texts that are not to be found any more."""
        self._index.remove(keys)

    def move(self, contributions: Mapping[int, int]) -> None:
        """Texts (by key) that belong to another contribution now; keys that are not there are left out."""
        self._index.move(contributions)

    def find_nearest(
        self, vectors: bytes, language: str, *, since: datetime | None = None, limit: int = 40
    ) -> list[int]:
        """Keys of the nearest texts in other languages, the nearest first; only those received since an instant."""
        if not vectors or not self.knows(language):
            return []
        document = self._index.project(self._read(vectors))
        return self._index.find_nearest(document, language, own=False, since=since, limit=limit)

    def find_siblings(self, vectors: bytes, language: str, *, limit: int = 5) -> list[int]:
        """Keys of the nearest texts in the same language: as candidates they show what recurs, and are no choice."""
        if not vectors or not self.knows(language):
            return []
        document = self._index.project(self._read(vectors))
        return self._index.find_nearest(document, language, own=True, since=None, limit=limit)

    def measure(
        self, text: str, vectors: bytes, language: str, candidates: Sequence[Candidate]
    ) -> list[Measured]:
        """The nearest contributions in every feature: what `decide` decides by, and what it was fitted on."""
        if not vectors or not self.knows(language):
            return []
        return self._measure(self._prepare(text, vectors, language), find_anchors(text), candidates)

    def decide(self, text: str, vectors: bytes, language: str, candidates: Sequence[Candidate]) -> Found:
        """Which of the candidates the text is a translation of, by its content.

        The text itself is not to be among those added: it would be its own near twin. Candidates in its own language are
        no choice, and show what recurs (`find_siblings`).
        """
        return self.choose(text, self.rank(text, vectors, language, candidates))

    def rank(self, text: str, vectors: bytes, language: str, candidates: Sequence[Candidate]) -> list[Judged]:
        """The nearest contributions with their probability, the likeliest first.

        Where the end of the text is in none of them, as a footer is, it is judged without that too.
        """
        judged = self._judge(self.measure(text, vectors, language, candidates))
        if not judged or judged[0].probability >= self._judgement.link:
            return judged
        end = find_end(judged[0].measured)
        if end is None:
            return judged
        above = judged[0].measured.here.cut(0, end)
        anchors = find_anchors(" ".join(sentence.text for sentence in above.sentences))
        again = self._judge(self._measure(above, anchors, candidates))
        return again if again[0].probability > judged[0].probability else judged

    def choose(self, text: str, judged: Sequence[Judged]) -> Found:
        """What becomes of what `rank` gave for a text: the first is linked, or some are suggested, or none."""
        own, found = find_anchors(text), []
        for place, one in enumerate(judged[:MOST_CHOICES]):
            rival = max((other.probability for other in judged if other is not one), default=0.0)
            guards = find_guards(one.measured, text, rival, one.is_part)
            speaking = find_reasons(own, one.measured, rival)
            is_sure = place == 0 and one.probability >= self._judgement.link
            if is_sure and not guards and not disagree(one.measured):
                return Found(linked=_make_match(one, speaking))
            if one.probability >= self._judgement.suggest:
                against = (*guards, *find_other_figures(own, one.measured))
                found.append(_make_match(one, (*speaking, *against)))
        return Found(suggested=tuple(found))

    def agrees(self, text: str, vectors: bytes, candidate: Candidate, language: str = "") -> Match | None:
        """Whether a text that answers another, in another language, is its translation and no comment; None for no.

        With `covered` where it has some of the paragraphs only. `language` is the text's, where it is known.
        """
        if not vectors or not candidate.vectors or not self.knows(candidate.language):
            return None
        if quotes(text, candidate.text):
            return None
        own, here = find_anchors(text), self._prepare(text, vectors, language)
        measured = measure_pair(self._judgement.habits, here, own, candidate, self._read(candidate.vectors))
        judged = _judge(self._judgement.answer, measured)
        if judged.probability < self._judgement.agree:
            return None
        guards = find_guards(measured, text, 0.0, judged.is_part)
        return _make_match(judged, (*find_reasons(own, measured, 1.0), *guards))

    def _measure(self, here: Text, anchors: Anchors, candidates: Sequence[Candidate]) -> list[Measured]:
        known = [
            (candidate, self._read(candidate.vectors))
            for candidate in candidates
            if candidate.vectors and self.knows(candidate.language)
        ]
        return measure(self._index, self._judgement.habits, here, anchors, known)

    def _judge(self, measured: Sequence[Measured]) -> list[Judged]:
        judged = (_judge(self._judgement.match, one) for one in measured)
        return sorted(judged, key=lambda one: one.probability, reverse=True)

    def _prepare(self, text: str, vectors: bytes, language: str) -> Text:
        return prepare(language, split_sentences(text), self._read(vectors))

    def _read(self, vectors: bytes) -> Floats:
        """Rows of float32; ValueError for what another model has written."""
        width = self._judgement.projection.shape[0]
        return np.frombuffer(vectors, dtype="<f2").reshape(-1, width).astype(np.float32)


def _judge(regression: Regression, measured: Measured) -> Judged:
    """By the whole of a candidate, or by the stretch of it that the text matches, whichever is likelier."""
    rows = [measured.row] if measured.part is None else [measured.row, measured.part]
    chances = regression.judge(np.stack(rows))
    likeliest = int(chances.argmax())
    return Judged(measured, float(chances[likeliest]), likeliest == 1 or leaves_out(measured))


def _make_match(judged: Judged, reasons: Sequence[Reason]) -> Match:
    candidate = judged.measured.candidate
    covered = find_covered(judged.measured) if judged.is_part else None
    return Match(candidate.key, candidate.contribution, judged.probability, tuple(reasons), covered)
