"""Parallel text to fit and to measure on: folders of `.jsonl` files, one a family, a line {id, lang, theme, text} each.

Texts with the same id in one family say the same; where the data is wrong (`find_doubtful`) they are left out.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from handlers.linking.content import ContentMatcher
from handlers.linking.features import Habits
from handlers.linking.index import scale
from handlers.linking.judgement import Judgement, Regression
from handlers.linking.matching import Candidate, Encoder, Indexed

_NOTHING = Regression((), np.zeros(0), 0.0)
BLANK = Judgement(_NOTHING, _NOTHING, Habits({}, {}), 1.0, 1.0, 1.0, np.eye(512, 1, dtype=np.float32))
"""A judgement for what only encodes."""
RECEIVED = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
WIDTH = 512
DOUBTFUL = 0.55
"""A version that is no nearer than this to any other of its document is none: two texts on one subject are that near."""
MOSTLY = 0.3
"""The share of doubtful versions of a language in a theme from which all of them are left out: they are out of step."""


@dataclass(frozen=True, slots=True)
class Document:
    """One text. `key` tells it from all others."""

    key: int
    family: str
    name: str
    language: str
    theme: str
    text: str
    vectors: bytes

    @property
    def rows(self) -> np.ndarray:
        """Its sentence vectors."""
        return np.frombuffer(self.vectors, dtype="<f2").reshape(-1, WIDTH).astype(np.float32)

    @property
    def words(self) -> int:
        """As `wc` counts."""
        return len(self.text.split())

    def as_candidate(self) -> Candidate:
        """What the handler would pass: each text is a contribution of its own, as nobody has linked it yet."""
        return Candidate(self.key, self.key, self.language, self.text, self.vectors)

    def as_indexed(self) -> Indexed:
        """What the matcher would be given to find."""
        return Indexed(self.key, self.key, self.language, RECEIVED, self.vectors)


class Corpus:
    """Documents by family, language and name."""

    def __init__(self, documents: Iterable[Document]) -> None:
        self.by_key = {document.key: document for document in documents}
        self._by_place: dict[tuple[str, str], dict[str, Document]] = defaultdict(dict)
        for document in self.by_key.values():
            self._by_place[document.family, document.language][document.name] = document

    @property
    def families(self) -> list[str]:
        """In the order of the files."""
        return sorted({family for family, _ in self._by_place})

    def languages(self, family: str) -> list[str]:
        """Of a family."""
        return sorted(language for one, language in self._by_place if one == family)

    def get(self, family: str, language: str) -> dict[str, Document]:
        """By name."""
        return self._by_place.get((family, language), {})

    def without(self, keys: Iterable[int]) -> "Corpus":
        """The same without some."""
        out = set(keys)
        return Corpus(document for document in self.by_key.values() if document.key not in out)

    def only(self, families: Iterable[str]) -> "Corpus":
        """Some families."""
        kept = set(families)
        return Corpus(document for document in self.by_key.values() if document.family in kept)


def read_corpus(
    folder: Path,
    encoder: Encoder,
    keep: Path | None = None,
    *,
    most: int | None = None,
    languages: Collection[str] = (),
) -> Corpus:
    """Everything in a folder, encoded; `keep` is a file (.npz) that spares encoding the same again.

    Or the first `most` documents of each family, or some languages.
    """
    matcher = ContentMatcher(encoder, BLANK)
    known = _read_kept(keep, matcher.model)
    documents: list[Document] = []
    used: dict[str, bytes] = {}
    for path in sorted(folder.glob("*.jsonl")):
        names: dict[str, None] = {}
        for line in path.read_text(encoding="utf-8").splitlines():
            one = json.loads(line)
            names.setdefault(one["id"])
            if (most is not None and len(names) > most) or (languages and one["lang"] not in languages):
                continue
            digest = hashlib.sha256(one["text"].encode("utf-8", "replace")).hexdigest()[:32]
            vectors = used[digest] = known.get(digest) or matcher.encode(one["text"])
            if vectors:
                place = (path.stem, one["id"], one["lang"], one["theme"], one["text"], vectors)
                documents.append(Document(len(documents) + 1, *place))
    if keep is not None and set(used) - set(known):
        sizes = [len(vectors) for vectors in used.values()]
        everything = np.frombuffer(b"".join(used.values()), dtype=np.uint8)
        np.savez(keep, model=matcher.model, digests=list(used), sizes=sizes, vectors=everything)
    return Corpus(documents)


def _read_kept(keep: Path | None, model: str) -> dict[str, bytes]:
    if keep is None or not keep.exists():
        return {}
    with np.load(keep, allow_pickle=False) as kept:
        if str(kept["model"]) != model:
            return {}
        ends = np.cumsum(kept["sizes"])
        everything = kept["vectors"].tobytes()
        return {
            str(digest): everything[end - size : end]
            for digest, size, end in zip(kept["digests"], kept["sizes"], ends, strict=True)
        }


def find_doubtful(corpus: Corpus) -> list[Document]:
    """Versions that are no translation of any other of their document, and those of the same language beside many such.

    Found by the mean of the sentence vectors alone, of which the matcher uses a projection: a hard translation has to be
    very bad to be taken for none.
    """
    means = {key: scale(document.rows.mean(axis=0)) for key, document in corpus.by_key.items()}
    themes: dict[tuple[str, str, str], list[tuple[Document, bool]]] = defaultdict(list)
    for family in corpus.families:
        for language in corpus.languages(family):
            others = [corpus.get(family, other) for other in corpus.languages(family) if other != language]
            for name, document in corpus.get(family, language).items():
                near = [
                    float(means[document.key] @ means[other[name].key]) for other in others if name in other
                ]
                themes[family, language, document.theme].append(
                    (document, bool(near) and max(near) < DOUBTFUL)
                )
    found = []
    for several in themes.values():
        doubtful = [document for document, is_doubtful in several if is_doubtful]
        out_of_step = len(doubtful) > 2 and len(doubtful) >= MOSTLY * len(several)
        found += [document for document, _ in several] if out_of_step else doubtful
    return found


@dataclass(frozen=True, slots=True)
class Asked:
    """A text that is asked for, with what is there. `truth`: its translation among the candidates, or None."""

    matcher: ContentMatcher
    text: Document
    candidates: Sequence[Candidate]
    truth: int | None


WAYS = ("translated", "single", "small")
"""What else is there: all other texts, in both languages (`translated`); of each document one language only, as in a
forum where nothing is translated yet (`single`); the same with 60 documents (`small`)."""
SMALL = 60


def ask(
    corpus: Corpus,
    family: str,
    pair: tuple[str, str],
    way: str,
    matcher: ContentMatcher,
    most: int,
    random: np.random.Generator,
    change: Callable[[Document], Document] | None = None,
) -> Iterator[Asked]:
    """Each text of a sample twice: with its translation among the candidates, and with it removed.

    `matcher` is empty at first. Those of the pair's first language are asked, those of the second are to be found.
    `change` is made to a text before it is asked.
    """
    here, there = (corpus.get(family, language) for language in pair)
    both = sorted(set(here) & set(there))
    random.shuffle(both)
    left, right = set(here), set(there)
    if way != "translated":
        both = both[:SMALL] if way == "small" else both
        half = len(both) // 2 if way == "single" else len(both) * 2 // 3
        left, right = set(both[half:]), set(both[:half])
        both = both[:half]
    matcher.add(here[name].as_indexed() for name in sorted(left))
    matcher.add(there[name].as_indexed() for name in sorted(right))
    for name in both[:most]:
        own, truth = here[name], there[name]
        text = change(own) if change else own
        if not text.vectors:
            continue
        matcher.remove([own.key])
        for is_there in (True, False):
            if not is_there:
                matcher.remove([truth.key])
            nearest = matcher.find_nearest(text.vectors, text.language)
            nearest += matcher.find_siblings(text.vectors, text.language)
            candidates = [corpus.by_key[key].as_candidate() for key in nearest]
            yield Asked(matcher, text, candidates, truth.key if is_there else None)
        matcher.add([truth.as_indexed()])
        if name in left:
            matcher.add([own.as_indexed()])
