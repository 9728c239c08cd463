"""Reads what somebody says of a translation that is there: that it is still right, or that they have reread it.

Only a whole first line that is known says so; a text that begins with such a line is a text.
"""

from collections.abc import Iterable, Mapping
from typing import Literal

from handlers.mail.commands import fold_words

Review = Literal["", "still-right", "reread"]

MAX_REST = {"still-right": 30, "reread": 4}
"""Words below it: thanks and a name, or a name alone. What is longer is a text whose title is that line."""


def parse_review(text: str, words: Mapping[Review, Iterable[str]]) -> Review:
    """What the first line of an answer says, its quotes and signature cut; nothing for what is something else."""
    first, _, rest = text.strip().partition("\n")
    if len(first) > 80 or any(mark in first for mark in "?؟"):
        return ""
    said = fold_words(first)
    for review, known in words.items():
        if said and said in {fold_words(word) for word in known}:
            return review if len(rest.split()) <= MAX_REST[review] else ""
    return ""
