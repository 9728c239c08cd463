"""Why a text was taken for a version of a contribution: named reasons with what they name, shown in words elsewhere."""

from dataclasses import dataclass
from typing import Literal

ReasonName = Literal[
    "sentences",
    "figures",
    "names",
    "length",
    "only-one",
    "template",
    "short",
    "part",
    "summary",
    "other-figures",
    "older",
    "shared-words",
    "quotes",
]
"""What speaks for it: `sentences` (their numbers that match), `figures`, `names`, `length` (they are about as long),
`only-one` (nothing else is near). What speaks against doing it unasked: `template` (another contribution is nearly
the same), `short`, `part` (only some of its paragraphs), `summary`, `other-figures` (found in one only), `older` (of
another phase). `shared-words`: percent of its words that stand in an earlier text of its author;
`quotes`: much of the original stands in it as it is."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason: `Reason("figures", ("29", "2013"))`."""

    name: ReasonName
    values: tuple[str, ...] = ()
