"""What is searched for, in the two languages that full-text indexes are asked in.

Nothing that somebody wrote gets into either but folded words, letters and digits alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from config.folding import find_stems

SHORTEST_BEGINNING = 4
"""Letters of a word from which on it finds longer ones that begin with it."""


@dataclass(frozen=True, slots=True)
class Term:
    """Something to look for: a folded word, or several one behind the other; or what must not be there."""

    words: tuple[str, ...]
    excluded: bool = False


def is_beginning(stem: str) -> bool:
    """Whether a word finds longer ones that begin with it."""
    return len(stem) >= SHORTEST_BEGINNING


def find_forms(term: Term) -> tuple[str, ...]:
    """What a term is looked for as; a phrase only as it stands."""
    return find_stems(term.words[0]) if len(term.words) == 1 else (" ".join(term.words),)


def ask_sqlite(terms: Sequence[Term]) -> str:
    """An FTS5 query; ValueError where there is nothing to look for, but only what must not be there."""
    wanted = [_ask_term(term) for term in terms if not term.excluded]
    if not wanted:
        raise ValueError("nothing to look for")
    excluded = [_ask_term(term) for term in terms if term.excluded]
    return " NOT ".join([f"({' AND '.join(wanted)})", *excluded])


def ask_postgresql(terms: Sequence[Term]) -> tuple[str, dict[str, str]]:
    """An expression of SQL that gives a tsquery for a column `configuration`, and its values.

    A word that a configuration leaves out of its index is not asked for there. Stemmers cut more off a short word than
    off a long one ("agua" to "agu"): what begins with a word is looked for by its letters.
    """
    values: dict[str, str] = {}
    parts = []
    for place, term in enumerate(terms):
        as_written = f"phraseto_tsquery(configuration::regconfig, :term{place})"
        values[f"term{place}"] = " ".join(term.words)
        asked = as_written
        if len(term.words) == 1:
            forms = find_forms(term)
            values[f"forms{place}"] = " | ".join(map(_quote, forms))
            values[f"begins{place}"] = " | ".join(f"{_quote(stem)}:*" for stem in forms if is_beginning(stem))
            asked = (
                f"CASE WHEN numnode({as_written}) = 0 THEN {as_written}"
                f" ELSE to_tsquery(configuration::regconfig, :forms{place})"
                f" || to_tsquery('simple', :begins{place}) END"
            )
        parts.append(f"!!({asked})" if term.excluded else f"({asked})")
    return " && ".join(parts), values


def _ask_term(term: Term) -> str:
    if len(term.words) > 1:
        return f'"{" ".join(term.words)}"'
    forms = [f'"{stem}"{" *" if is_beginning(stem) else ""}' for stem in find_forms(term)]
    return f"({' OR '.join(forms)})"


def _quote(lexeme: str) -> str:
    return f"'{lexeme}'"
