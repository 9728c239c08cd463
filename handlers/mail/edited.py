"""Reads a text that its author was sent to be corrected: written anew above it, or changed where it stands, quoted.

On a phone it is easiest to reply and to change a word inside the quote. What is between the two lines of the mail that
we sent is the text then, with its quotation marks (RFC 3676 §4.5) taken off.
"""

import re
from collections.abc import Sequence

from handlers.mail.parts import split_parts
from handlers.mail.quotes import Cleaned, clean_reply

RULE = "=" * 20
"""What stands above and below the text in our mail."""
WHOLE = 2
"""What is written outside the quote is the text where it has more than this fraction of the words that we sent."""

_UNSEEN = "\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069"
_MARK = re.compile(rf"[ {_UNSEEN}]{{0,3}}[>\uff1e] ?")
_RULE = re.compile(r"={8,}")
_DIRECTION = re.compile(rf"[{_UNSEEN}]")


def read_edited(text: str, sent: str, cleaned: Cleaned) -> Cleaned:
    """The corrected text in an answer. `sent` is the body of our mail, `cleaned` the answer without quotes.

    Where nothing was changed in the quote, it is what was written outside it; a remark beside a changed quote is cut.
    """
    lines = text.replace("\r\n", "\n").split("\n")
    wanted = _words(find_sent_text(sent))
    rules = _find_rules(lines)
    if rules is None:
        return _read_without_rules(lines, sent, wanted, cleaned)
    start, end = rules
    inside = _unquote(lines[start + 1 : end])
    outside = "\n\n".join(
        piece
        for piece in (_read_outside(lines[:start], sent), _read_outside(lines[end + 1 :], sent))
        if piece
    )
    if _words(inside) == wanted or len(_words(outside)) * WHOLE > len(wanted):
        return cleaned if _words(inside) == wanted else Cleaned(outside, cleaned.cut)
    return Cleaned(inside, outside)


def put_part(edited: str, sent: str, base: str, newest: str) -> str:
    """The whole text where only a part of it was sent: that part is replaced, the others stay.

    `base` is the text whose part our mail `sent` brought; `newest` what it has become since.
    """
    parts, wanted = split_parts(base), _words(find_sent_text(sent))
    part = next((part for part in parts if _words(part) == wanted), "")
    if len(parts) < 2 or not part or not edited.strip():
        return edited
    return (newest if part in newest else base).replace(part, edited.strip(), 1)


def find_sent_text(sent: str) -> str:
    """What stands between the two lines in the body of our mail; the whole of it where they are not there."""
    lines = sent.split("\n")
    rules = _find_rules(lines)
    return "\n".join(lines[rules[0] + 1 : rules[1]]) if rules else sent


def _find_rules(lines: Sequence[str]) -> tuple[int, int] | None:
    """Places of the first two lines of equals signs, quoted or not."""
    found = [place for place, line in enumerate(lines) if _RULE.fullmatch(_bare(line).strip())]
    return (found[0], found[1]) if len(found) > 1 else None


def _read_outside(lines: Sequence[str], sent: str) -> str:
    """What its author wrote above or below the text; nothing where all of it is quoted."""
    if not any(line.strip() and not _MARK.match(line) for line in lines):
        return ""
    return clean_reply("\n".join(lines), [sent]).text


def _read_without_rules(lines: Sequence[str], sent: str, wanted: list[str], cleaned: Cleaned) -> Cleaned:
    """Somebody deleted the two lines as well: it is the quote where less than a text was written outside it."""
    quoted = [line for line in lines if _MARK.match(line)]
    if not quoted or len(_words(cleaned.text)) * WHOLE > len(wanted):
        return cleaned
    body = find_sent_text(sent)
    frame = {" ".join(_words(line)) for line in sent.replace(body, "\n").split("\n")} - {""}
    own = {line.strip() for line in cleaned.text.split("\n")}
    kept = [
        line
        for line in lines
        if (_MARK.match(line) or line.strip() in own) and " ".join(_words(_bare(line))) not in frame
    ]
    inside = _unquote(kept)
    return cleaned if _words(inside) == wanted else Cleaned(inside, cleaned.cut)


def _unquote(lines: Sequence[str]) -> str:
    """Without one level of quotation marks, and the marks of direction that we wrote."""
    return "\n".join(_bare(line).rstrip() for line in lines).strip("\n")


def _bare(line: str) -> str:
    mark = _MARK.match(line)
    return _DIRECTION.sub("", line[mark.end() :] if mark else line)


def _words(text: str) -> list[str]:
    return _DIRECTION.sub("", text).split()
