"""Letters as they are compared: what different people write differently, and mean the same.

Unicode normalization form KD (UAX #15) takes accents and the hamza from their letters; what it leaves of Arabic is in
the table that searches use too. Digits of any script are ASCII; unlike for a search, punctuation stays.
"""

import unicodedata

from config.folding import ARABIC


class _Folded(dict[int, str | None]):
    """What each character is compared as; worked out when it is first met."""

    def __missing__(self, code: int) -> str | None:
        char = chr(code)
        category = unicodedata.category(char)
        folded: str | None = ARABIC.get(char, char)
        if char == "\u2019":
            folded = "'"
        elif unicodedata.combining(char) or category == "Cf" or (category == "Cc" and not char.isspace()):
            folded = None
        elif category == "Nd":
            folded = str(unicodedata.digit(char))
        self[code] = folded
        return folded


_FOLDED = _Folded()


def fold_letters(text: str) -> str:
    """Without case, accents, unseen characters and spellings of one's own; white space stays. For comparing only."""
    return unicodedata.normalize("NFKD", text.casefold()).translate(_FOLDED).casefold()
