"""A text on its way in, with what is known of it: what contributions, translations, comments and corrections share."""

import hashlib
from dataclasses import dataclass

from handlers.context import Incoming
from handlers.linking.matching import Covered, Match
from store.posts import ORIGINAL
from store.tables import Contribution


@dataclass(frozen=True, slots=True)
class Submission:
    """A text on its way in. `contribution` is the one it is a version of, `parent` the one it comments.

    `linked_by` is the signal that says so, `match` why, where the content was compared; `covered` the paragraphs that it
    translates where these are not all, `machine` that a machine translated it.
    """

    incoming: Incoming
    language: str
    title: str
    text: str
    contribution: Contribution | None = None
    parent: Contribution | None = None
    role: str = ORIGINAL
    linked_by: str = ""
    match: Match | None = None
    doubtful_link: bool = False
    correction: bool = False
    covered: Covered | None = None
    machine: bool = False

    @property
    def is_new(self) -> bool:
        """Whether nothing says that it belongs to a contribution that is there."""
        return self.contribution is None and self.parent is None


def hash_text(text: str) -> str:
    """The same for the same words, however they are wrapped and spaced."""
    return hashlib.sha256(" ".join(text.casefold().split()).encode()).hexdigest()
