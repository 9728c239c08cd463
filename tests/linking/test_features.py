"""Features, alignment, the index and the regression, on vectors made up for the purpose."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from handlers.linking.anchors import find_anchors, share
from handlers.linking.features import ALONE, HIGHEST, LOWEST, NAMES, SIGNS, Habits, Surroundings, weigh
from handlers.linking.index import Index, Neighbours, scale
from handlers.linking.judgement import Regression, fit, load_judgement
from handlers.linking.matching import Indexed
from handlers.linking.pairs import Text, align, compare_crowd, compare_pair, find_stretch, prepare
from handlers.linking.sentences import Sentence

NOW = datetime(2026, 3, 2, tzinfo=UTC)
HABITS = Habits({"en": 0.0, "fr": 0.1}, {"en": 0.05, "fr": 0.0})
WIDTH = 16


def make_vectors(seed: int, rows: int) -> np.ndarray:
    return scale(np.random.default_rng(seed).normal(size=(rows, WIDTH)).astype(np.float32))


def make_text(vectors: np.ndarray, language: str = "en", size: int = 60) -> Text:
    sentences = [Sentence("x" * size, 1)] * len(vectors)
    return prepare(language, sentences, vectors)


def make_indexed(key: int, language: str = "fr", contribution: int = 0, days: int = 0) -> Indexed:
    return Indexed(key, contribution or key, language, NOW - timedelta(days=days), b"")


@pytest.fixture
def index() -> Index:
    return Index(np.eye(WIDTH, 8, dtype=np.float32))


def test_a_text_is_its_own_best_match_in_order() -> None:
    text = make_text(make_vectors(1, 6))
    pair = compare_pair(text, text)
    path, reached = align(pair, text.weights)
    assert path == [0, 1, 2, 3, 4, 5]
    assert reached == pytest.approx(1.0, abs=1e-5)
    assert pair.forward == pytest.approx(np.ones(6), abs=1e-5)


def test_sentences_that_were_joined_or_parted_match_the_two_together() -> None:
    vectors = make_vectors(2, 4)
    joined = scale(np.stack([vectors[0] + vectors[1], vectors[2] + vectors[3]]))
    pair = compare_pair(make_text(joined), make_text(vectors))
    assert pair.forward == pytest.approx(np.ones(2), abs=1e-5)
    assert pair.backward == pytest.approx(np.ones(4), abs=1e-5)


def test_a_reversed_text_matches_and_is_out_of_order() -> None:
    vectors = make_vectors(3, 6)
    text, other = make_text(vectors), make_text(vectors[::-1].copy())
    row = dict(zip(NAMES, weigh_pair(text, other), strict=True))
    assert row["worse"] > 0.8
    assert row["order"] < 0.8


@given(st.integers(1, 7), st.integers(1, 7), st.integers(0, 1_000))
def test_an_alignment_never_goes_back_and_is_no_better_than_free(rows: int, columns: int, seed: int) -> None:
    text, other = make_text(make_vectors(seed, rows)), make_text(make_vectors(seed + 1, columns))
    pair = compare_pair(text, other)
    path, reached = align(pair, text.weights)
    assert path == sorted(path)
    assert len(path) == rows
    found = sum(float(text.weights[row] * pair.similarities[row, place]) for row, place in enumerate(path))
    assert reached == pytest.approx(found, abs=1e-4)
    assert reached <= float(text.weights @ pair.forward) + 1e-5


def test_the_stretch_that_matches_is_found() -> None:
    best = np.array([0.2, 0.3, 0.9, 0.8, 0.5, 0.9, 0.1], dtype=np.float32)
    assert find_stretch(best, np.full(7, 1 / 7, dtype=np.float32), 0.6) == (2, 6)


def test_where_nothing_matches_the_stretch_is_the_best_sentence() -> None:
    best = np.array([0.2, 0.3, 0.1], dtype=np.float32)
    assert find_stretch(best, np.full(3, 1 / 3, dtype=np.float32), 0.6) == (1, 2)


def test_a_crowd_is_ranked_by_its_sentences() -> None:
    vectors = make_vectors(5, 4)
    crowd = compare_crowd(make_text(vectors), [make_vectors(6, 3), vectors, make_vectors(7, 9)])
    assert int(crowd.scores.argmax()) == 1
    assert crowd.best.shape == (4, 3)
    assert crowd.scores[1] == pytest.approx(1.0, abs=1e-5)


def weigh_pair(text: Text, other: Text, words: tuple[str, str] = ("", "")) -> np.ndarray:
    nobody = Neighbours(np.zeros(0, dtype=np.float32))
    around = Surroundings(np.full(len(text.vectors), 0.3, dtype=np.float32), 0.3, 0.8, nobody, nobody)
    shared = share(find_anchors(words[0]), find_anchors(words[1]))
    return weigh(text, other, compare_pair(text, other), shared, around, HABITS)


@given(
    st.integers(1, 9), st.integers(1, 9), st.integers(0, 1_000), st.text(max_size=80), st.text(max_size=80)
)
def test_every_feature_is_a_number_within_its_limits(
    rows: int, columns: int, seed: int, one: str, other: str
) -> None:
    row = weigh_pair(
        make_text(make_vectors(seed, rows)), make_text(make_vectors(seed + 1, columns), "fr"), (one, other)
    )
    assert row.shape == (len(NAMES),)
    assert np.isfinite(row).all()
    assert ((row >= LOWEST) & (row <= HIGHEST)).all()
    named = dict(zip(NAMES, row, strict=True))
    assert all(
        0 <= named[name] <= 1.0001 for name in ("order", "votes", "mates", "figures-apart", "names-apart")
    )
    assert named["worse"] <= named["better"]


def test_vectors_of_other_sentences_are_compared_without_them() -> None:
    text = prepare("en", [Sentence("one", 1)], make_vectors(8, 3))
    assert text.sentences == ()
    assert text.weights == pytest.approx(np.full(3, 1 / 3))


def test_the_nearest_are_found_in_other_languages_alone(index: Index) -> None:
    vectors = make_vectors(9, 5)
    for key, language in enumerate(["fr", "es", "en", "fr"], 1):
        index.add(make_indexed(key, language), vectors[key : key + 1])
    nearest = index.find_nearest(index.project(vectors[3:4]), "en", own=False, since=None, limit=9)
    assert set(nearest) == {1, 2, 4}
    assert index.find_nearest(index.project(vectors[3:4]), "en", own=True, since=None, limit=9) == [3]
    assert index.find_nearest(index.project(vectors[4:5]), "en", own=False, since=None, limit=1) == [4]
    assert len(index.find_nearest(index.project(vectors[3:4]), "pt", own=False, since=None, limit=9)) == 4


def test_only_what_came_since_an_instant_is_found(index: Index) -> None:
    index.add(make_indexed(1, days=40), make_vectors(1, 2))
    index.add(make_indexed(2, days=3), make_vectors(2, 2))
    vector = index.project(make_vectors(1, 2))
    assert index.find_nearest(vector, "en", own=False, since=NOW - timedelta(days=10), limit=5) == [2]


def test_versions_of_one_contribution_are_no_rivals_of_each_other(index: Index) -> None:
    vectors = make_vectors(10, 2)
    index.add(make_indexed(1, contribution=7), vectors)
    index.add(make_indexed(2, contribution=7), vectors)
    index.add(make_indexed(3, contribution=8), make_vectors(11, 2))
    document = index.project(vectors)[None, :]
    assert index.compare(document).find_neighbours(0, "fr", 8).nearest == pytest.approx(1.0, abs=1e-5)
    assert index.compare(document).find_neighbours(0, "fr", 7).nearest < 0.9
    index.move({2: 8, 99: 1})
    assert index.compare(document).find_neighbours(0, "fr", 7).nearest == pytest.approx(1.0, abs=1e-5)
    assert index.compare(document).find_neighbours(0, "pt", 7).nearest == 0.0


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 12)), max_size=60))
def test_what_is_added_and_not_removed_is_there(steps: list[tuple[bool, int]]) -> None:
    index = Index(np.eye(WIDTH, 8, dtype=np.float32))
    there: set[int] = set()
    for is_added, key in steps:
        if is_added:
            index.add(make_indexed(key), make_vectors(key, 1))
            there.add(key)
        else:
            index.remove([key])
            there.discard(key)
    assert len(index) == len(there)
    for key in there:
        assert index.find_nearest(
            index.project(make_vectors(key, 1)), "en", own=False, since=None, limit=1
        ) == [key]


def test_the_index_grows(index: Index) -> None:
    for key in range(1, 700):
        index.add(make_indexed(key), make_vectors(key, 1))
    found = index.find_nearest(index.project(make_vectors(650, 1)), "en", own=False, since=None, limit=3)
    assert found[0] == 650
    assert len(index) == 699


def test_few_neighbours_are_made_up_to_the_number_that_is_wanted() -> None:
    assert Neighbours(np.array([0.9], dtype=np.float32)).mean(3, 0.3) == pytest.approx(0.5)
    assert Neighbours(np.zeros(0, dtype=np.float32)).nearest == 0.0


@given(arrays(np.float32, (40, len(NAMES)), elements=st.floats(0, 1, width=16)), st.integers(0, 99))
def test_a_regression_keeps_to_the_signs_and_gives_probabilities(rows: np.ndarray, seed: int) -> None:
    is_match = np.random.default_rng(seed).random(40) < 0.5
    signs = [SIGNS.get(name, 1) for name in NAMES]
    found = fit(NAMES, rows, is_match, np.ones(40), signs)
    assert all(sign * weight >= 0 for sign, weight in zip(signs, found.weights, strict=True))
    chances = found.judge(rows)
    assert ((chances >= 0) & (chances <= 1)).all()


def test_a_regression_finds_what_tells_two_kinds_apart() -> None:
    random = np.random.default_rng(3)
    rows = random.random((400, len(NAMES))).astype(np.float32)
    is_match = rows[:, 0] + random.normal(scale=0.05, size=400) > 0.5
    found = fit(NAMES, rows, is_match, np.ones(400), [0] * len(NAMES))
    assert int(np.abs(found.weights).argmax()) == 0
    assert ((found.judge(rows) > 0.5) == is_match).mean() > 0.95


def test_what_is_shipped_fits_this_code() -> None:
    judgement = load_judgement()
    assert judgement.match.names == NAMES
    assert judgement.answer.names == ALONE
    assert judgement.projection.shape == (512, 128)
    assert 0 < judgement.suggest < judgement.agree <= judgement.link < 1
    better = dict(zip(judgement.match.names, judgement.match.weights, strict=True))
    assert better["better"] + better["worse"] > 0
    assert all(SIGNS.get(name, 1) * weight >= 0 for name, weight in better.items())


def test_a_weight_for_a_feature_that_nobody_measures_is_refused() -> None:
    from handlers.linking.judgement import read_regression

    with pytest.raises(ValueError, match="moon"):
        read_regression({"bias": 0.0, "weights": {"moon": 1.0}})


def test_a_regression_judges_the_features_that_it_names() -> None:
    row = np.zeros((1, len(NAMES)), dtype=np.float32)
    row[0, NAMES.index("mates")] = 2.0
    found = Regression(("mates",), np.array([1.0]), -2.0)
    assert found.judge(row)[0] == pytest.approx(0.5)
