"""What recurs at the ends of an author's or a list's posts is no part of a text: cut before texts are compared.

A signature without "-- ", a slogan, a disclaimer, a list's footer, a letterhead. Only what is compared is cut, never what
is published. Words are compared, not lines, because a date in a footer moves its line breaks; whole lines are cut.
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, pairwise

MAX_EARLIER = 24
"""Earlier texts that are looked at."""
MAX_CHARACTERS = 6_000
"""Of each end of a text; what recurs is shorter."""
SEVERAL = 3
"""Earlier texts in which something recurs by more than chance."""
LONG_BLOCK, SEVERAL_LONG = 25, 2
"""Words of a block for which so few earlier texts are enough, where it is the same to the letter, figures aside."""
HALF, SEVERAL_HALF = 0.5, 4
"""More than this share of a text goes only where so many say so: they might be earlier forms of the text itself."""
MAX_SHARE = 0.8
"""Of a text's words; what recurs beyond it stays."""
FEWEST_LEFT = 8
"""Words that stay, whatever recurs."""
WINDOW, ANCHOR = 4, 2
"""Words that may differ in one place (a date, the number of an issue), and those that must be the same behind it."""
TOLERANCE = 6
"""One such place for so many words that are the same, and one besides."""
MAX_WORD = 80
"""Characters by which two long words are compared."""
MAX_REST = 150
"""Words by which it is told whether two texts are forms of one."""
SAME_TEXT = 0.5
"""Share of the words and pairs of words of the shorter rest that make two texts forms of one: one witness, not two."""

_STEPS = sorted(((one, its) for one in range(WINDOW + 1) for its in range(WINDOW + 1) if one or its), key=sum)
"""What may be left out of two texts in one place, the least first."""
_DIGITS = re.compile(r"\d+")
_EDGES = "\"'.,;:!?()[]<>{}*_=~#«»“”„‘’|-–—…،؛؟"
_LINK = re.compile(r"(?:https?://|www\.)([^/?#\s]+)")
_CODED = re.compile(r"(?=\S*0)(?=\S*[a-z])[\w=+/%.-]{6,}")
"""Letters and digits mixed: the id of a message or of a reader."""

_Rest = frozenset[str | tuple[str, str]]


@dataclass(frozen=True, slots=True)
class _End:
    """The words of one end of a text, the outermost first; how many of them each more line holds."""

    words: tuple[str, ...]
    lines: tuple[int, ...]

    def count_lines(self, words: int) -> int:
        """Lines that lie wholly in so many words."""
        return bisect_right(self.lines, words)

    def count_words(self, lines: int) -> int:
        """Words of so many lines."""
        return self.lines[lines - 1] if lines else 0


@dataclass(frozen=True, slots=True)
class _Witness:
    """Lines at the end and at the beginning of a text that recur in an earlier one; those that are the same to the letter."""

    tail: int
    tail_exact: int
    head: int
    head_exact: int
    rest: _Rest


def cut_recurring(text: str, earlier: Sequence[str]) -> str:
    """The text without what recurs at the end, or at the beginning, of several of the `earlier` ones.

    Linear in the length of the ends of all of them. What is left is whole lines of the text, in their order.
    """
    others = [other for other in dict.fromkeys(earlier) if other != text][:MAX_EARLIER]
    if len(others) < SEVERAL_LONG or not text.strip():
        return text
    tail, head = _read_end(text, backwards=True), _read_end(text, backwards=False)
    witnesses = _find_witnesses(text, tail, head, others)
    below = _find_depth([(one.tail, one.tail_exact) for one in witnesses], tail)
    above = _find_depth([(one.head, one.head_exact) for one in witnesses], head)
    below, above = _limit(len(text.split()), tail, head, below, above, witnesses)
    return _cut(text, below, above) if below or above else text


def _read_end(text: str, *, backwards: bool) -> _End:
    """One end of a text; a line that is longer than what is looked at is none."""
    whole = len(text) <= MAX_CHARACTERS
    part = text if whole else text[-MAX_CHARACTERS:] if backwards else text[:MAX_CHARACTERS]
    lines = part.casefold().split("\n")
    if backwards:
        lines.reverse()
    split = [words for line in (lines if whole else lines[:-1]) if (words := line.split())]
    if backwards:
        for words in split:
            words.reverse()
    return _End(tuple(word for words in split for word in words), tuple(accumulate(map(len, split))))


def _find_witnesses(text: str, tail: _End, head: _End, others: Sequence[str]) -> list[_Witness]:
    """The earlier texts that end or begin as this one does, and are neither forms of it nor of each other."""
    found: list[_Witness] = []
    for other in others:
        its_tail, its_head = _read_end(other, backwards=True), _read_end(other, backwards=False)
        below, its_below, below_exact = _match(tail.words, its_tail.words)
        above, its_above, above_exact = _match(head.words, its_head.words)
        lines = tail.count_lines(below), head.count_lines(above)
        if not any(lines):
            continue
        own, its = _read_rest(text, head, above, below), _read_rest(other, its_head, its_above, its_below)
        if not own or not its or _are_one(own, its) or any(_are_one(its, one.rest) for one in found):
            continue
        exact = tail.count_lines(below_exact), head.count_lines(above_exact)
        found.append(_Witness(lines[0], exact[0], lines[1], exact[1], its))
    return found


def _match(own: Sequence[str], other: Sequence[str]) -> tuple[int, int, int]:
    """How many words of both recur, from the outermost on; and how many of one's own before the first that differs."""
    place = its_place = differing = 0
    exact: int | None = None
    while place < len(own) and its_place < len(other):
        if _is_same(own[place], other[its_place]):
            place, its_place = place + 1, its_place + 1
            continue
        exact = place if exact is None else exact
        step = None
        if differing <= place // TOLERANCE:
            step = _find_step(
                own[place : place + WINDOW + ANCHOR], other[its_place : its_place + WINDOW + ANCHOR]
            )
        if step is None:
            break
        place, its_place, differing = place + step[0], its_place + step[1], differing + 1
    return place, its_place, place if exact is None else exact


def _find_step(own: Sequence[str], other: Sequence[str]) -> tuple[int, int] | None:
    """How many words of each to leave out, the fewest, so that the next ones are the same."""
    for one, its in _STEPS:
        if len(own) < one + ANCHOR or len(other) < its + ANCHOR:
            continue
        if all(_is_same(own[one + place], other[its + place]) for place in range(ANCHOR)):
            return one, its
    return None


def _is_same(word: str, other: str) -> bool:
    return word == other or _get_key(word[:MAX_WORD]) == _get_key(other[:MAX_WORD])


@lru_cache(maxsize=4096)
def _get_key(word: str) -> str:
    """A word without what changes from mail to mail: figures, the path of a link, the id of a message; nor its edges."""
    if link := _LINK.search(word):
        return link[1]
    word = _DIGITS.sub("0", word.strip(_EDGES))
    return "0" if _CODED.fullmatch(word) else word


def _read_rest(text: str, head: _End, above: int, below: int) -> _Rest:
    """The first words, and pairs of them, of what stands between the two ends that recur."""
    whole = len(text) <= MAX_CHARACTERS
    words = head.words[above : max(above, len(head.words) - below) if whole else None][:MAX_REST]
    return frozenset([*words, *pairwise(words)])


def _are_one(rest: _Rest, other: _Rest) -> bool:
    return len(rest & other) >= SAME_TEXT * min(len(rest), len(other))


def _find_depth(counts: Sequence[tuple[int, int]], end: _End) -> int:
    """The most lines that recur in enough texts."""
    for depth in range(max((lines for lines, _ in counts), default=0), 0, -1):
        said = sum(lines >= depth for lines, _ in counts)
        exact = sum(same >= depth for _, same in counts)
        if said >= SEVERAL or (exact >= SEVERAL_LONG and end.count_words(depth) >= LONG_BLOCK):
            return depth
    return 0


def _limit(
    total: int, tail: _End, head: _End, below: int, above: int, witnesses: Sequence[_Witness]
) -> tuple[int, int]:
    """Lines to cut below and above, so that neither too much goes nor all.

    Where few say that more than half is to go, only as much goes as recurs in another number of texts.
    """
    while below or above:
        cut = tail.count_words(below) + head.count_words(above)
        said = sum(one.tail >= below and one.head >= above for one in witnesses)
        few = cut > HALF * total and said < SEVERAL_HALF
        if not few and cut <= min(MAX_SHARE * total, total - FEWEST_LEFT):
            break
        if tail.count_words(below) >= head.count_words(above):
            below = max((one.tail for one in witnesses if one.tail < below), default=0) if few else below - 1
        else:
            above = max((one.head for one in witnesses if one.head < above), default=0) if few else above - 1
    return below, above


def _cut(text: str, below: int, above: int) -> str:
    """The text without its last and first lines; blank ones do not count, and go with them."""
    lines = text.split("\n")
    written = [place for place, line in enumerate(lines) if line.strip()]
    kept = written[above : len(written) - below]
    return "\n".join(lines[kept[0] : kept[-1] + 1]) if kept else text
