"""What keeps a likely match from being linked unasked: it is suggested, and the reason is said."""

import re

from handlers.linking.matching import Covered
from handlers.linking.measure import MATCHES, Measured
from handlers.linking.pairs import find_stretch
from handlers.linking.reasons import Reason
from handlers.linking.sentences import MAX_CHARACTERS, count_words
from handlers.mail.paragraphs import split_paragraphs

FEWEST_WORDS = 40
"""A shorter text says too little to be told from others on its subject."""
TWIN = 0.92
"""How near a text of another contribution in the same language is, as a document, where both are on one template."""
MOST_RECURRING = 0.5
"""The share of a text in sentences that other contributions have too: more of them is a template."""
RIVAL = 0.3
"""The probability of a second contribution that makes the first doubtful."""
SHORTER = -0.15
"""Logarithm of the length: a text that leaves something out is shorter."""
SUMMED_UP = 0.5
"""Logarithm of the length, either way, from which one of two texts may sum the other up."""

QUOTED = 0.6
"""The share of an original's sequences of words that a text has as they are, if it quotes it. References are less."""
LONGEST_END, SHORT_END, MOST_END_WORDS = 0.45, 0.15, 80
"""The share of a text, and the words, that a footer may have; and what may be passed over without an address."""
_SEQUENCE = 4
_ADDRESS = re.compile(r"https?://|www\.|[\w.+-]@\w")
_WORD = re.compile(r"\w+")


def find_guards(measured: Measured, text: str, rival: float, is_part: bool) -> tuple[Reason, ...]:
    """Why a candidate is not to be linked to a text unasked; `rival` is the next best's probability."""
    found = []
    if measured.recurs >= MOST_RECURRING or measured.twin >= TWIN or rival >= RIVAL:
        found.append(Reason("template"))
    if min(count_words(text), count_words(measured.candidate.text)) < FEWEST_WORDS:
        found.append(Reason("short"))
    if quotes(text, measured.candidate.text):
        found.append(Reason("quotes"))
    if is_part:
        found.append(Reason("part"))
    elif abs(measured.length) > SUMMED_UP:
        found.append(Reason("summary"))
    if not measured.candidate.recent:
        found.append(Reason("older"))
    return tuple(found)


def disagree(measured: Measured) -> bool:
    """Whether each text has more figures (of two digits or more) that the other has not than they have in common."""
    figures = measured.shared.figures
    here, there, both = (
        sum(len(figure) > 1 for figure in group) for group in (figures.first, figures.second, figures.both)
    )
    return min(here, there) > both


def quotes(text: str, original: str) -> bool:
    """Whether much of the original stands in the text as it is, in its own language: then it is a reply."""
    theirs = _find_sequences(original)
    return bool(theirs) and len(theirs & _find_sequences(text)) >= QUOTED * len(theirs)


def find_end(measured: Measured) -> int | None:
    """The number of sentences before an end that the candidate has not, as a footer is; None where there is none.

    Such an end is short; a longer one has to give an address, of the web or of mail.
    """
    here = measured.here
    _, end = find_stretch(measured.pair.forward, here.weights, MATCHES + measured.usual)
    left = float(here.weights[end:].sum())
    if not 0 < left <= LONGEST_END or not here.sentences:
        return None
    said = " ".join(sentence.text for sentence in here.sentences[end:])
    gives_address = _ADDRESS.search(said) is not None and count_words(said) <= MOST_END_WORDS
    return end if gives_address or left <= SHORT_END else None


def leaves_out(measured: Measured) -> bool:
    """Whether the text has only a part of the candidate: a stretch of it matches, and the text is shorter."""
    return measured.part is not None and measured.length < SHORTER


def find_covered(measured: Measured) -> Covered | None:
    """The paragraphs that are there, where they are not all; those of which most is in the stretch that matches."""
    total = len(split_paragraphs(measured.candidate.text))
    start, end = measured.covers
    inside: dict[int, float] = {}
    for place, sentence in enumerate(measured.there.sentences):
        weight = float(measured.there.weights[place])
        inside[sentence.paragraph] = inside.get(sentence.paragraph, 0.0) + (
            weight if start <= place < end else -weight
        )
    covered = [number for number, balance in inside.items() if balance > 0]
    if not covered:
        return None
    # What stands after the last words (a rule, what was too long to be compared) goes with them.
    last = total if covered[-1] == max(inside) else covered[-1]
    found = Covered(covered[0] if covered[0] != min(inside) else 1, last, max(total, last))
    return None if found.is_whole else found


def _find_sequences(text: str) -> set[tuple[str, ...]]:
    words = _WORD.findall(text[:MAX_CHARACTERS].lower())
    return {tuple(words[place : place + _SEQUENCE]) for place in range(len(words) - _SEQUENCE + 1)}
