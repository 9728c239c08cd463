"""Which of two renderings of one text a person would read: the plain one, unless it is none.

RFC 2046, section 5.1.4, puts the richest last; here the simplest is wanted, as long as it says as much.
"""

import re
from collections.abc import Sequence

from handlers.mail.programs import fold

_MAX_STUB = 40
"""Words of a plain part that only says where the text is."""
_STUB = re.compile(
    r"html|(?:view|read|see|open) (?:this |the |it )?(?:e-?mail |message |newsletter |mail )?(?:in|on) (?:your |a |the )?"
    r"(?:web ?)?browser|view (?:it )?online|does(?: not|n't) (?:support|display)|"
    r"(?:ver|vea|leer|lea|abrir|visualizar|veja|ler|leia|abra) .{0,40}(?:navegador|en linea|online)|"
    r"(?:voir|lire|afficher|consulter|visualiser) .{0,40}(?:navigateur|en ligne)|"
    r"(?:im browser|online) (?:ansehen|anzeigen|lesen|offnen)|المتصفح"
)
_URL = re.compile(r"<?(?:https?://|www\.)\S+>?")
_ELEMENT = re.compile(
    r"</?(?:p|div|br|span|table|tr|td|html|body|font|strong|a|b|i|li|ul|h[1-6])\b[^<>]{0,500}>", re.IGNORECASE
)
_ENTITY = re.compile(r"&(?:nbsp|[aeiou](?:acute|grave|circ|tilde|uml)|ccedil|ntilde|eacute|rsquo);")
_MIN_ELEMENTS = 3
_LONG_LINE = 1_000
_MIN_WORDS = 20
"""Words that a rich text must have more before the plain one is taken for the worse of them."""


def choose_text(plain: str, rich: str) -> str:
    """`rich` is the text of the HTML part, rendered."""
    if not rich.strip():
        return plain
    if not plain.strip() or _is_stub(plain, rich) or is_markup(plain):
        return rich
    return rich if _is_shorter(plain, rich) or _lost_its_lines(plain, rich) else plain


def is_markup(text: str) -> bool:
    """Whether somebody labelled HTML as plain text."""
    found = len(_ELEMENT.findall(text[:100_000])) + len(_ENTITY.findall(text[:100_000]))
    return found >= _MIN_ELEMENTS and found * 40 > len(text[:100_000].split())


def join_texts(texts: Sequence[str]) -> str:
    """Texts that stand one after the other; one that repeats another, as a careless program sends it, only once."""
    if len(texts) == 1:
        return texts[0]
    kept: list[str] = []
    seen: set[str] = set()
    for text in texts:
        words = " ".join(re.findall(r"\w+", text))
        if text.strip() and not (words and words in seen):
            kept.append(text.strip("\n") if kept else text.rstrip("\n"))
            seen.add(words)
    return "\n\n".join(kept)


def _is_stub(plain: str, rich: str) -> bool:
    """Nothing but a pointer to where the text is."""
    words = plain.split()
    if len(words) > _MAX_STUB or len(rich.split()) <= len(words):
        return False
    rest = _URL.sub(" ", plain)
    return not re.search(r"\w", rest) or bool(_STUB.search(fold(rest)))


def _is_shorter(plain: str, rich: str) -> bool:
    """Less than two fifths of what stands in the other outside its quotes."""
    own, other = _count_own_words(plain), _count_own_words(rich)
    return other - own >= _MIN_WORDS and own * 5 < other * 2


def _lost_its_lines(plain: str, rich: str) -> bool:
    longest = max(map(len, plain.splitlines()))
    return longest > _LONG_LINE and _count_lines(plain) * 4 <= _count_lines(rich)


def _count_own_words(text: str) -> int:
    return sum(len(line.split()) for line in text.splitlines() if not line.startswith((">", " >")))


def _count_lines(text: str) -> int:
    return sum(1 for line in text.splitlines() if line.strip())
