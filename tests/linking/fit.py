"""Fits what the content matcher decides by: `python -m tests.linking.fit DIR`, `make fit-linking DATA=DIR`.

Writes `handlers/linking/coefficients.json` and `projection.npy`. The thresholds are chosen on predictions for families
that were left out of the fit; the quality kept beside the numbers is that of `tests.linking.evaluate --leave-out`.
"""

import argparse
import itertools
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bridge.encoder import load_encoder
from handlers.linking.content import ContentMatcher
from handlers.linking.features import ALONE, NAMES, SIGNS, Habits
from handlers.linking.guards import FEWEST_WORDS, MOST_RECURRING, TWIN
from handlers.linking.index import scale
from handlers.linking.judgement import Judgement, Regression, fit
from handlers.linking.matching import Encoder
from handlers.linking.pairs import Text, compare_pair, prepare
from handlers.linking.sentences import RULES, split_sentences
from tests.linking.corpus import BLANK, WAYS, Corpus, Document, ask, find_doubtful, read_corpus

FOLDER = Path(__file__).parents[2] / "handlers" / "linking"
DIMENSIONS = 128
SEED = 20130909
QUERIES: Mapping[str, int] = {"translated": 90, "single": 120, "small": 40}
"""Texts asked for each pair of languages, for each way."""
TEMPLATES = 0.3
"""What a family counts of which most texts are on one template: what is linked among them is decided by the guard."""
ROUGH_LENGTHS: Mapping[str, float] = {
    "ar": -0.15, "de": 0.12, "en": 0.0, "es": 0.12, "fr": 0.15, "it": 0.10, "ja": -0.85, "ko": -0.75, "nl": 0.08,
    "pl": 0.05, "pt": 0.08, "ru": 0.05, "th": -0.10, "tr": 0.0, "zh": -1.15,
}  # fmt: skip
"""For the languages that the folder does not have: roughly, and never measured here."""
PENALTY = 2.0
WORST, WORST_ANSWER = 0.002, 0.003
"""False links, as a share of texts without a translation, of any family; of answers, as if each were asked for with all
that is there: most comments are not as near."""
LEAST_LINK, LEAST_AGREE = 0.87, 0.7
"""What is below these is not done unasked, however seldom it is wrong on these texts: others will be harder."""
SUGGEST = 0.05
"""What a moderator is shown: one in twenty of the unlikeliest is right, and few new texts get a suggestion."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Measured candidates: features, whether each is the right one, its place, and what it is of."""

    features: np.ndarray
    is_match: np.ndarray
    place: np.ndarray
    family: np.ndarray
    query: np.ndarray
    has_truth: np.ndarray
    words: np.ndarray
    recurs: np.ndarray
    twin: np.ndarray
    way: np.ndarray
    pair: np.ndarray

    @property
    def guarded(self) -> np.ndarray:
        """What is not linked whatever its probability."""
        return (self.recurs >= MOST_RECURRING) | (self.twin >= TWIN) | (self.words < FEWEST_WORDS)

    def select(self, wanted: np.ndarray) -> "Rows":
        """Some of them."""
        return Rows(*(getattr(self, name)[wanted] for name in self.__slots__))


def main() -> None:
    """Read, fit, choose thresholds, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--keep", type=Path, help="a file (.npz) that spares encoding the same texts again")
    parser.add_argument("--into", type=Path, default=FOLDER, help="where the two files are written")
    asked = parser.parse_args()
    encoder = load_encoder()
    corpus = read_corpus(asked.folder, encoder, asked.keep)
    doubtful = find_doubtful(corpus)
    print(f"{len(corpus.by_key)} texts; {len(doubtful)} of them are no translations, and are left out")
    corpus = corpus.without(document.key for document in doubtful)
    habits = Habits(fit_lengths(corpus), fit_nearness(corpus))
    start = Judgement(BLANK.match, BLANK.answer, habits, 1.0, 1.0, 1.0, fit_projection(corpus))
    rows = measure_all(corpus, start)
    left_out = {family: fit_regressions(rows.select(rows.family != family)) for family in corpus.families}
    thresholds = choose_thresholds(rows, left_out)
    write(asked.into, encoder.name, corpus, start, fit_regressions(rows), left_out, thresholds)
    print(f"fitted on {len(rows.place):,} candidates; thresholds {thresholds}")


def write(
    folder: Path,
    model: str,
    corpus: Corpus,
    start: Judgement,
    regressions: tuple[Regression, Regression],
    left_out: Mapping[str, tuple[Regression, Regression]],
    thresholds: Mapping[str, float],
) -> None:
    """Both files. What was measured is written by `tests.linking.evaluate --write`."""
    kept = {
        "model": model,
        "rules": RULES,
        "fitted_on": {
            family: sum(document.family == family for document in corpus.by_key.values())
            for family in corpus.families
        },
        "thresholds": thresholds,
        "lengths": start.habits.lengths,
        "nearness": start.habits.nearness,
        **_show(regressions),
        "left_out": {family: _show(both) for family, both in left_out.items()},
        "measured": {},
    }
    (folder / "coefficients.json").write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    np.save(folder / "projection.npy", start.projection.astype(np.float16))


def _show(regressions: tuple[Regression, Regression]) -> dict[str, object]:
    return {
        name: {
            "bias": round(regression.bias, 4),
            "weights": {
                feature: round(float(weight), 4)
                for feature, weight in zip(regression.names, regression.weights, strict=True)
            },
        }
        for name, regression in zip(("match", "answer"), regressions, strict=True)
    }


def choose_thresholds(rows: Rows, left_out: Mapping[str, tuple[Regression, Regression]]) -> dict[str, float]:
    """From predictions for families that were left out; families on one template are the guard's, and do not count."""
    chances = np.zeros((2, len(rows.place)))
    for family, both in left_out.items():
        own = rows.family == family
        for place, regression in enumerate(both):
            chances[place, own] = regression.judge(rows.features[own])
    templates = [family for family in left_out if is_on_template(rows, family)]
    counted = ~np.isin(rows.family, templates)
    wrong = counted & ~rows.has_truth
    texts = {family: len(np.unique(rows.query[(rows.family == family) & wrong])) for family in left_out}
    chosen = {}
    for name, place, guarded, worst, low in (
        ("link", 0, rows.guarded, WORST, LEAST_LINK),
        ("agree", 1, rows.words < FEWEST_WORDS, WORST_ANSWER, LEAST_AGREE),
    ):
        chosen[name] = 1.0
        for least in np.arange(0.99, low - 0.001, -0.01):
            linked = wrong & ~guarded & (chances[place] >= least)
            shares = [
                len(np.unique(rows.query[linked & (rows.family == family)])) / texts[family]
                for family in left_out
                if family not in templates
            ]
            if max(shares) > worst:
                break
            chosen[name] = round(float(least), 2)
    return {**chosen, "suggest": SUGGEST}


def is_on_template(rows: Rows, family: str) -> bool:
    """Whether many of a family's texts are nearly the same as others."""
    own = (rows.family == family) & (rows.place == 0)
    return bool(np.mean(rows.recurs[own] >= MOST_RECURRING) > 0.3)


def fit_regressions(rows: Rows) -> tuple[Regression, Regression]:
    """`match`, on the likeliest candidate of each text; `answer`, on the two nearest with nothing beside them.

    Every family counts the same, but for those on one template.
    """
    found = []
    for names, places in ((NAMES, 0), (ALONE, 1)):
        near = rows.select(rows.place <= places)
        importance = np.zeros(len(near.place))
        for family in np.unique(near.family):
            own = near.family == family
            importance[own] = (TEMPLATES if is_on_template(near, family) else 1.0) / own.sum()
        importance *= len(importance) / len(np.unique(near.family)) / importance.sum()
        signs = [SIGNS.get(name, 1) for name in names]
        found.append(fit(names, near.features, near.is_match, importance, signs, PENALTY))
    return found[0], found[1]


def fit_projection(corpus: Corpus) -> np.ndarray:
    """The main axes of documents, each family and language counting the same (principal components, not centred)."""
    spread = np.zeros((512, 512))
    for family in corpus.families:
        for language in corpus.languages(family):
            means = [document.rows.mean(axis=0) for document in corpus.get(family, language).values()]
            documents = scale(np.stack(means)).astype(np.float64)
            spread += documents.T @ documents / len(documents)
    axes = np.linalg.eigh(spread)[1][:, ::-1][:, :DIMENSIONS]
    return axes.astype(np.float16).astype(np.float32)


def fit_lengths(corpus: Corpus) -> dict[str, float]:
    """Logarithm of the characters over those in English: the median over documents."""
    ratios: dict[str, list[float]] = {}
    for family, language in _list_places(corpus):
        english = corpus.get(family, "en")
        for name, document in corpus.get(family, language).items():
            if name in english:
                ratios.setdefault(language, []).append(
                    float(np.log(_count_characters(document) / _count_characters(english[name])))
                )
    found = {language: round(float(np.median(values)), 3) for language, values in ratios.items()}
    return {**ROUGH_LENGTHS, **found}


def fit_nearness(corpus: Corpus, most: int = 60) -> dict[str, float]:
    """What each language adds to the similarity of translations: least squares, with a mean for each family."""
    languages, families = sorted({language for _, language in _list_places(corpus)}), corpus.families
    design, found = [], []
    for family in families:
        for one, other in itertools.combinations(corpus.languages(family), 2):
            here, there = corpus.get(family, one), corpus.get(family, other)
            for name in sorted(set(here) & set(there))[:most]:
                row = np.zeros(len(languages) + len(families))
                row[[languages.index(one), languages.index(other)]] = 1
                row[len(languages) + families.index(family)] = 1
                pair = compare_pair(_prepare(here[name]), _prepare(there[name]))
                design.append(row)
                found.append(float(pair.forward.mean() + pair.backward.mean()) / 2)
    # Much weaker than the data: it only decides how families and languages share their common mean.
    ridge = 0.1 * np.eye(len(languages) + len(families))
    added = np.linalg.lstsq(np.vstack([*design, ridge]), np.array([*found, *ridge[0] * 0]), rcond=None)[0]
    mean = added[: len(languages)].mean()
    return {language: round(float(added[place] - mean), 4) for place, language in enumerate(languages)}


def measure_all(corpus: Corpus, judgement: Judgement, ways: Iterable[str] = WAYS) -> Rows:
    """Every candidate of every text asked, in every pair of languages of every family."""
    random = np.random.default_rng(SEED)
    kept: list[tuple[object, ...]] = []
    features, query = [], 0
    for family in corpus.families:
        for pair in itertools.permutations(corpus.languages(family), 2):
            for way in ways:
                matcher = ContentMatcher(_Never(), judgement)
                for asked in ask(corpus, family, pair, way, matcher, QUERIES[way], random):
                    text = asked.text
                    measured = matcher.measure(text.text, text.vectors, text.language, asked.candidates)
                    for place, one in enumerate(measured):
                        features.append(one.row)
                        is_match, has_truth = one.candidate.key == asked.truth, asked.truth is not None
                        words = min(text.words, len(one.candidate.text.split()))
                        about = (words, one.recurs, one.twin, way, "-".join(pair))
                        kept.append((is_match, place, family, query, has_truth, *about))
                    query += 1
    return Rows(np.stack(features), *(np.array(column) for column in zip(*kept, strict=True)))


class _Never(Encoder):
    """Everything is encoded already."""

    name = "none"
    languages = frozenset(ROUGH_LENGTHS)

    def encode(self, sentences: Sequence[str]) -> object:
        raise NotImplementedError


def _prepare(document: Document) -> Text:
    return prepare(document.language, split_sentences(document.text), document.rows)


def _count_characters(document: Document) -> int:
    return sum(len(sentence.text) for sentence in split_sentences(document.text))


def _list_places(corpus: Corpus) -> list[tuple[str, str]]:
    return [(family, language) for family in corpus.families for language in corpus.languages(family)]


if __name__ == "__main__":
    main()
