"""The words of a text as they are searched: without case, accents, marks of writing and whatever people leave out.

What is kept and what is asked for are folded alike, so that both databases find the same. Unicode's normalization form
KD (UAX #15) parts letters from their accents; what it leaves together, and what Arabic is written with or without, is
in a table here.
"""

import re
import unicodedata

ARABIC = {
    "\u0640": "",  # tatweel, which only makes a word longer
    "\u0621": "",  # a hamza of its own
    "\u0671": "\u0627",  # alef wasla
    "\u0649": "\u064a",  # alef maksura, which many write for yeh
    "\u06cc": "\u064a",  # the yeh and the kaf of Persian keyboards
    "\u06a9": "\u0643",
    "\u0629": "\u0647",  # teh marbuta
}
"""What Arabic is written with or without, or the one for the other, beside what form KD takes apart."""

_LETTERS = ARABIC | {
    "œ": "oe",
    "æ": "ae",
    "ø": "o",
    "đ": "d",
    "ł": "l",
    "ı": "i",
}

_ARTICLE = re.compile(
    "(?<!\\S)[\u0648\u0641]?(?:\u0627\u0644|\u0628\u0627\u0644|\u0643\u0627\u0644|\u0644\u0644)(?=\\S{3})"
)
"""The Arabic article, which is one word with its noun, and what stands before it: and, so, with, as, for."""

_PLURALS = (
    ("oes", ("ao", "")),
    ("aux", ("al", "au")),
    ("ies", ("y", "ie")),
    ("es", ("", "e")),
    ("s", ("",)),
    ("x", ("",)),
)
"""How a plural ends, and how its singular may."""


class _Folding(dict[int, str]):
    """What becomes of each character; worked out once."""

    def __missing__(self, code: int) -> str:
        folded = self[code] = _fold_character(chr(code))
        return folded


def fold_text(text: str) -> str:
    """The words of a text, folded, with one space between them. Total: never raises, for whatever text."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return _ARTICLE.sub("", " ".join(decomposed.translate(_FOLDING).split()))


def find_stems(word: str) -> tuple[str, ...]:
    """What the forms of a folded word begin with, where no stemmer knows its language: itself, its singular, its plural.

    The endings are those of English, Spanish, French and Portuguese; a word in another language is found as it is.
    """
    stems = [word]
    if len(word) >= 4:
        for ending, singulars in _PLURALS:
            if word.endswith(ending):
                found = [word.removesuffix(ending) + singular for singular in singulars]
                stems += [singular for singular in found if len(singular) >= 3]
                break
    for stem in tuple(stems):
        if len(stem) >= 5 and stem[-1] in "ao":
            # "criolla" and "criollo"; "organização" and "organizações".
            stems.append(stem[:-1] + ("o" if stem.endswith("a") else "a"))
        for ending, other in (("ao", "oes"), ("al", "aux"), ("y", "ies")):
            if len(stem) >= 4 and stem.endswith(ending):
                stems.append(stem.removesuffix(ending) + other)
        if len(stem) == 3:
            stems += [stem + "s", stem + "es"]
    return tuple(dict.fromkeys(stems))


def _fold_character(char: str) -> str:
    if char in _LETTERS:
        return _LETTERS[char]
    category = unicodedata.category(char)
    if unicodedata.combining(char) or category == "Cf":
        return ""
    if category == "Nd":
        return str(unicodedata.decimal(char))
    return char.casefold() if category[0] in "LMN" else " "


_FOLDING = _Folding()
