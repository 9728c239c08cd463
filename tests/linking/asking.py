"""Asks a matcher for parallel text as the daemon would, and notes what became of each text."""

import itertools
import json
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from bridge.encoder import load_encoder
from handlers.linking.content import ContentMatcher
from handlers.linking.guards import MOST_RECURRING
from handlers.linking.judgement import Judgement, load_judgement, read_judgement
from handlers.linking.matching import Candidate, Encoder
from tests.linking import changes
from tests.linking.changes import Change
from tests.linking.corpus import Corpus, Document, ask, find_doubtful, read_corpus

COEFFICIENTS = Path(__file__).parents[2] / "handlers" / "linking" / "coefficients.json"
SEED = 9
QUOTED = "60 words quoted before it"
CHANGES = ("as they are", "footer left in", QUOTED, "half of it", "garbled words")


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a text that was asked."""

    family: str
    pair: str
    words: int
    has_truth: bool
    first_is_right: bool
    chance: float
    linked: bool
    linked_right: bool
    offered: bool
    """Linked or suggested."""
    offered_right: bool
    recurs: float
    seconds: float


@dataclass(frozen=True, slots=True)
class House:
    """The corpus, with a judgement for each family."""

    corpus: Corpus
    encoder: Encoder
    judgements: Mapping[str, Judgement]
    doubtful: int
    left_out: frozenset[str]

    @classmethod
    def open(cls, folder: Path, keep: Path | None, only_shipped: bool, keep_all: bool) -> "House":
        """Everything encoded; what is no translation left out, unless all is kept."""
        encoder = load_encoder()
        corpus = read_corpus(folder, encoder, keep)
        doubtful = [] if keep_all else find_doubtful(corpus)
        corpus = corpus.without(document.key for document in doubtful)
        shipped, kept = load_judgement(), json.loads(COEFFICIENTS.read_text(encoding="utf-8"))
        judgements = {
            family: read_judgement({**kept, **kept["left_out"][family]}, shipped.projection)
            if family in kept["left_out"] and not only_shipped
            else shipped
            for family in corpus.families
        }
        left_out = frozenset(name for name, one in judgements.items() if one is not shipped)
        return cls(corpus, encoder, judgements, len(doubtful), left_out)

    def use_shipped(self) -> "House":
        """The same with what is shipped for every family."""
        shipped = load_judgement()
        return replace(self, judgements=dict.fromkeys(self.judgements, shipped), left_out=frozenset())

    def describe(self) -> Iterator[str]:
        """What is asked."""
        yield f"{len(self.corpus.by_key):,} texts in {len(self.corpus.families)} families; {self.doubtful} left out, as"
        yield "  no nearer to any other version of their document than texts on one subject are (--all keeps them)"
        yield f"coefficients fitted without the family asked: {', '.join(sorted(self.left_out)) or 'none needed'}"

    def ask_all(self, way: str, most: int, change: str = "") -> Iterator[Answer]:
        """Texts of every pair of languages of every family."""
        for family in self.corpus.families:
            random = np.random.default_rng(SEED)
            for pair in itertools.permutations(self.corpus.languages(family), 2):
                matcher = ContentMatcher(self.encoder, self.judgements[family])
                changed = self._find_change(change, pair[1], matcher, random)
                for asked in ask(self.corpus, family, pair, way, matcher, most, random, changed):
                    began = time.process_time()
                    text = asked.text
                    judged = matcher.rank(text.text, text.vectors, text.language, asked.candidates)
                    found = matcher.choose(text.text, judged)
                    offered = [one.key for one in (*filter(None, [found.linked]), *found.suggested)]
                    yield Answer(
                        family=family,
                        pair="-".join(pair),
                        words=text.words,
                        has_truth=asked.truth is not None,
                        first_is_right=bool(judged) and judged[0].measured.candidate.key == asked.truth,
                        chance=judged[0].probability if judged else 0.0,
                        linked=found.linked is not None,
                        linked_right=found.linked is not None and found.linked.key == asked.truth,
                        offered=bool(offered),
                        offered_right=asked.truth in offered,
                        recurs=judged[0].measured.recurs if judged else 0.0,
                        seconds=time.process_time() - began,
                    )

    def ask_answers(self, most: int) -> Iterator[tuple[str, bool, bool]]:
        """(family, is it a translation, is it taken for one) of texts that answer one in another language.

        What stands for comments are the texts most like the one that is answered, if about as long.
        """
        for family in self.corpus.families:
            random = np.random.default_rng(SEED)
            for pair in itertools.permutations(self.corpus.languages(family), 2):
                matcher = ContentMatcher(self.encoder, self.judgements[family])
                for asked in ask(self.corpus, family, pair, "translated", matcher, most, random):
                    text = asked.text
                    if asked.truth is not None:
                        candidate = next((one for one in asked.candidates if one.key == asked.truth), None)
                    else:
                        candidate = next((one for one in asked.candidates if _is_as_long(text, one)), None)
                    if candidate is not None:
                        match = matcher.agrees(text.text, text.vectors, candidate, text.language)
                        yield family, asked.truth is not None, match is not None

    def _find_change(
        self, name: str, other: str, matcher: ContentMatcher, random: np.random.Generator
    ) -> Change | None:
        match name:
            case "footer left in":
                return changes.add_footer(matcher.encode)
            case "60 words quoted before it":
                return changes.quote_before(self.corpus, other, matcher.encode, random)
            case "half of it":
                return changes.halve(matcher.encode)
            case "garbled words":
                return changes.garble(matcher.encode, random)
        return None


def find_templates(answers: Iterable[Answer]) -> frozenset[str]:
    """Families of which many texts are on one template."""
    shares: dict[str, list[bool]] = {}
    for one in answers:
        shares.setdefault(one.family, []).append(one.recurs >= MOST_RECURRING)
    return frozenset(family for family, several in shares.items() if np.mean(several) > 0.3)


def _is_as_long(text: Document, candidate: Candidate) -> bool:
    return candidate.language != text.language and 0.7 < len(text.text) / len(candidate.text) < 1.4
