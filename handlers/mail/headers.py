"""Reads header values of real and hostile mail: decoding that never raises and never runs wild.

The standard library's decoders raise on some inputs, are quadratic on others and accept codecs such as "zip";
so values are taken raw, cut to a length, and decoded here (RFC 2047).
"""

import base64
import binascii
import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_tz

from handlers.mail.charsets import compose, decode_bytes, scrub

MAX_VALUE = 8_192
"""Characters of one header value that are looked at."""

MAX_NAME = 80
"""Characters of a display name that are kept."""

_WORD = re.compile(
    r"=\?([^?\s*]{1,40})(?:\*[^?\s]{0,40})?\?([bBqQ])\?([^?]{0,4000}(?:\?(?!=)[^?]{0,4000}){0,4})\?="
)
_BETWEEN = re.compile(r"(\?=)[ \t\r\n]+(?==\?)")
_INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Characters that show nothing though they count as letters, signs or marks."""
_JOINER = re.compile("[\u200c\u200d]")
_JOINED = re.compile("[\\u0590-\\u1cff\\u2190-\\u2bff\\ufe0f\\U0001f000-\\U0001faff]")
"""Scripts and signs in which a joiner changes what is seen; between others it only deceives."""
_AT = str.maketrans("\uff20\ufe6b", "@@")
_COMMENT = re.compile(r"\(([^()]*)\)")
_EMAIL = re.compile(r"[^\s<>@,;:\"()\[\]\\]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?")
_ANGLE = re.compile(r"<([^<>]{1,400})>")
_MESSAGE_ID = re.compile(r"<[^<>\s\x00-\x1f\x7f]{1,990}>")


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A display name, made safe to show, and an address in small letters."""

    name: str
    email: str


def decode_header_value(raw: str) -> str:
    """One line of text from a raw header value, its encoded words decoded once."""
    text = compose(scrub(_decode_words(_BETWEEN.sub(r"\1", _decode_raw(raw)))))
    visible = "".join(
        " " if unicodedata.category(char) in ("Cc", "Zl", "Zp") else char
        for char in text
        if (unicodedata.category(char) != "Cf" or char in "\u200c\u200d") and char not in _INVISIBLE
    )
    return re.sub(r" {2,}", " ", visible).strip()


def parse_mailboxes(raw: str) -> tuple[Mailbox, ...]:
    """The mailboxes of an address header, in order; what cannot be read as an address is left out.

    Commas inside quotes and comments do not separate. An address is taken from its angle brackets where there are any,
    never from a display name that looks like one.
    """
    found = []
    for part in _split_addresses(scrub(_decode_raw(raw))):
        angles = _ANGLE.findall(part)
        email = (angles[-1] if angles else _COMMENT.sub("", part)).strip()
        if _EMAIL.fullmatch(email):
            named = part[: part.rfind("<")] if angles else " ".join(_COMMENT.findall(part))
            found.append(Mailbox(clean_name(decode_header_value(named), email.lower()), email.lower()))
    return tuple(found)


def clean_name(name: str, email: str = "") -> str:
    """A display name that is safe to show: short, and no other address than its own in it looks like one."""
    name = name.replace('\\"', '"').strip(" \"'").translate(_AT)
    name = _JOINER.sub(lambda match: match[0] if _is_joined(name, match.start()) else "", name)
    # Whatever the case, so that nobody's own address is taken for a name.
    if "@" in re.sub(re.escape(email), "", name, flags=re.IGNORECASE) or not email:
        name = " at ".join(piece.strip() for piece in name.split("@"))
    return name[:MAX_NAME].strip()


def parse_message_ids(raw: str) -> tuple[str, ...]:
    """Every identifier between angle brackets."""
    return tuple(_MESSAGE_ID.findall(scrub(raw[: 8 * MAX_VALUE])))


def parse_date(raw: str) -> datetime | None:
    """An aware UTC instant; None for a date that is none."""
    try:
        parts = parsedate_tz(raw[:100])
        if not parts:
            return None
        local = datetime(*parts[:6], tzinfo=UTC)
        return datetime.fromtimestamp(local.timestamp() - (parts[9] or 0), UTC)
    except (ValueError, OverflowError, OSError, TypeError, IndexError):
        return None


def _decode_raw(raw: str) -> str:
    """A value as it was in the mail; bytes beyond ASCII, which no RFC allowed for long, are read as text."""
    raw = raw[:MAX_VALUE]
    return raw if raw.isascii() else decode_bytes(raw.encode("utf-8", "surrogateescape"), "utf-8")


def _decode_words(text: str) -> str:
    """Encoded words that touch and share a charset are decoded as one: some programs cut between two bytes."""
    pieces: list[str] = []
    data, charset, end = b"", "", 0
    for match in _WORD.finditer(text):
        if data and (match.start() > end or match[1].lower() != charset):
            pieces.append(decode_bytes(data, charset))
            data = b""
        pieces.append(text[end : match.start()])
        charset, end = match[1].lower(), match.end()
        data += _word_bytes(match[2], match[3])
    if data:
        pieces.append(decode_bytes(data, charset))
    return "".join([*pieces, text[end:]])


def _word_bytes(encoding: str, text: str) -> bytes:
    if encoding in "qQ":
        return binascii.a2b_qp(text.replace("_", " ").encode("ascii", "ignore"))
    letters = re.sub(rb"[^A-Za-z0-9+/]", b"", text.encode("ascii", "ignore"))
    # One letter too many carries no byte.
    return base64.b64decode(letters[: -1 if len(letters) % 4 == 1 else None] + b"==")


def _is_joined(name: str, place: int) -> bool:
    """Whether a joiner stands between two characters that it may join."""
    return bool(_JOINED.match(name[place - 1 : place]) and _JOINED.match(name[place + 1 : place + 2]))


def _split_addresses(raw: str) -> list[str]:
    parts, start, quoted, depth = [], 0, False, 0
    for place, char in enumerate(raw):
        if char == '"' and raw[place - 1 : place] != "\\":
            quoted = not quoted
        elif not quoted and char in "()":
            depth = max(0, depth + (1 if char == "(" else -1))
        elif char in ",;" and not quoted and not depth:
            parts.append(raw[start:place])
            start = place + 1
    return [*parts, raw[start:]]
