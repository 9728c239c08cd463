"""Cuts a text into the sentences that are compared, the same way each time, for every language and any input.

A mail's lines are wrapped anywhere: a line break ends a sentence only where a paragraph, a heading or an item ends. What
is very short is joined to its neighbour, what is very long is cut, and of a very long text the beginning counts.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from handlers.mail.closings import find_closing
from handlers.mail.paragraphs import split_paragraphs

RULES = 1
"""The version of these rules: vectors of sentences that were cut in another way are not compared."""
MAX_CHARACTERS = 24_000
"""Of a text, from its beginning: some 4,000 words, a third of a second to encode."""
MAX_SENTENCES = 250
MAX_SENTENCE = 300
"""Characters; a longer one is cut at a comma or a space. Longer ones also mean more than one vector can say."""
SHORT_SENTENCE = 24
"""Characters below which a sentence ("Yes.", "1.") is joined to the next one of its paragraph."""
MAX_WORD = 80
"""Characters of one word without a space; the rest of it is left out (a coded attachment, a long link)."""
_SHORT_LINE, _LONG_LINE = 45, 92
"""A line of a wrapped paragraph is between these; one shorter or longer was ended by its author."""

_UNSAFE = re.compile(
    r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)
_BREAK = re.compile(r"\r\n?|[\x0b\x0c\x85]")
_ITEM = re.compile(r"\s*(?:[-*•–—·‣◦▪]\s|\(?\d{1,2}[.)]\s|\(?[a-zA-Z][)]\s)")
_END = re.compile(
    # A Latin stop ends a sentence before a space; one of these needs none: 。 ！ ？ ｡ and the Devanagari danda.
    r"(?:[.!?…]+[\"'»”’)\]]*(?=\s)|[؟۔؛]+[\"'»”’)\]]*(?=\s)|[。！？｡।॥]+[」』”’）]*)"
)
_ABBREVIATION = re.compile(
    r"(?:^|[\s(\"'«“])(?:[A-Za-zÀ-ÿ]|Mr|Mrs|Ms|Dr|Dra|Sr|Sra|Srta|Prof|Mme|Mlle|St|Ste|No|Nr|Núm|núm|vs|cf|art|Art|"
    r"pp|fig|Fig|vol|Vol|ej|p\.\s?e[jx]|e\.g|i\.e|z\.B|ca|bzw|Ud|Uds|EE|UU|Jr|Inc|Ltd|approx)\.$"
)
_CUT = re.compile(r"[,;:،、，—–)]\s*|\s+")
_LONG_WORD = re.compile(rf"(\S{{{MAX_WORD}}})\S+")
_SPACELESS = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_WORD = re.compile(r"\w")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence and the number, from 1, of the paragraph that it stands in."""

    text: str
    paragraph: int


def split_sentences(text: str) -> list[Sentence]:
    """The sentences of a text in order, without signature and footer; none where there are no words. Never raises.

    At most `MAX_SENTENCES` of at most `MAX_SENTENCE` characters; those of the first `MAX_CHARACTERS` characters.
    """
    plain = _UNSAFE.sub(" ", _BREAK.sub("\n", text[:MAX_CHARACTERS]))
    lines = plain.splitlines(keepends=True)
    plain = "".join(lines[: find_closing(lines)])
    found: list[Sentence] = []
    for number, paragraph in enumerate(split_paragraphs(plain), 1):
        for piece in _join_short(_find_pieces(paragraph)):
            found.append(Sentence(piece, number))
            if len(found) == MAX_SENTENCES:
                return found
    return found


def count_words(text: str) -> int:
    """Words of a text; where words are written without spaces (Chinese, Thai), two letters count as one."""
    spaceless = len(_SPACELESS.findall(text))
    return spaceless // 2 + len(text.split()) if spaceless else len(text.split())


def _find_pieces(paragraph: str) -> Iterator[str]:
    for block in _find_blocks(paragraph):
        for sentence in _find_sentences(_shorten_words(block)):
            yield from _cut(sentence)


def _find_blocks(paragraph: str) -> Iterator[str]:
    """Lines that belong together: until one that its author ended, or before an item of a list."""
    kept: list[str] = []
    for line in paragraph.split("\n"):
        if kept and (_ITEM.match(line) or not _SHORT_LINE <= len(kept[-1]) <= _LONG_LINE):
            yield " ".join(kept)
            kept = []
        kept.append(line.strip())
    yield " ".join(kept)


def _shorten_words(block: str) -> str:
    if _SPACELESS.search(block):
        return block
    return _LONG_WORD.sub(r"\1", block)


def _find_sentences(block: str) -> Iterator[str]:
    start = 0
    for match in _END.finditer(block):
        if match[0][0] == "." and _ABBREVIATION.search(block[max(start, match.end() - 12) : match.end()]):
            continue
        if block[match.end() : match.end() + 2].strip()[:1].islower():
            continue
        yield block[start : match.end()].strip()
        start = match.end()
    yield block[start:].strip()


def _cut(sentence: str) -> Iterator[str]:
    """Parts of nearly one length, none over `MAX_SENTENCE`: at a comma where there is one near, else at a space."""
    while len(sentence) > MAX_SENTENCE:
        parts = -(-len(sentence) // MAX_SENTENCE)
        aim = len(sentence) // parts
        low, high = aim * 2 // 3, min(aim * 4 // 3, MAX_SENTENCE)
        places = [
            (match[0].isspace(), abs(match.end() - aim), match.end())
            for match in _CUT.finditer(sentence, low, high)
        ]
        place = min(places)[2] if places else high
        yield sentence[:place].strip()
        sentence = sentence[place:].strip()
    yield sentence


def _join_short(pieces: Iterator[str]) -> Iterator[str]:
    """What is too short to mean something by itself goes with what follows it, at the end with what it follows."""
    kept = ""
    for piece in pieces:
        if not _WORD.search(piece):
            continue
        if not kept:
            kept = piece
        elif len(kept) < SHORT_SENTENCE and len(kept) + len(piece) < MAX_SENTENCE:
            kept = f"{kept} {piece}"
        else:
            yield kept
            kept = piece
    if kept:
        yield kept
