"""Reads header values of real and hostile mail: decoding that never raises and never runs wild.

The standard library's decoders raise on some inputs, are quadratic on others and accept codecs such as "zip";
so values are taken raw, cut to a length, and decoded here (RFC 2047).
"""

import base64
import binascii
import codecs
import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_tz
from functools import lru_cache

MAX_VALUE = 8_192
"""Characters of one header value that are looked at."""

MAX_NAME = 80
"""Characters of a display name that are kept."""

_DENIED = {
    "idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "utf_7", "mbcs", "oem",
    "unicode_internal", "string_escape", "charmap",
}  # fmt: skip
_ALIASES = {
    "unknown-8bit": "utf-8",
    "default_charset": "utf-8",
    "x-user-defined": "latin-1",
    "iso-8859-8-i": "iso-8859-8",
}
_WORD = re.compile(r"=\?([^?\s*]{1,40})(?:\*[^?\s]{0,40})?\?([bBqQ])\?([^?]{0,4000})\?=")
_BETWEEN = re.compile(r"(\?=)[ \t\r\n]+(?==\?)")
_EMAIL = re.compile(r"[^\s<>@,;:\"()\[\]\\]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?")
_ANGLE = re.compile(r"<([^<>]{1,400})>")
_MESSAGE_ID = re.compile(r"<[^<>\s]{1,990}>")


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A display name, made safe to show, and an address in small letters."""

    name: str
    email: str


@lru_cache(maxsize=256)
def find_codec(charset: str) -> str | None:
    """A text codec for a charset's name; None for one that is unknown, denied or no text codec at all."""
    name = charset.strip().strip("\"'").lower()
    if not name.isascii() or not re.fullmatch(r"[a-z0-9._:+()-]{1,40}", _ALIASES.get(name, name)):
        return None
    try:
        info = codecs.lookup(_ALIASES.get(name, name))
    except (LookupError, ValueError, ImportError):
        return None
    if not getattr(info, "_is_text_encoding", True) or info.name.replace("-", "_") in _DENIED:
        return None
    return info.name


def decode_bytes(data: bytes, charset: str) -> str:
    """Text in the charset that is said, else UTF-8, else Windows-1252, which never fails here."""
    for name in (find_codec(charset), "utf-8", "cp1252"):
        if name:
            try:
                return scrub(data.decode(name))
            except (UnicodeError, ValueError):
                continue
    return scrub(data.decode("latin-1"))


def scrub(text: str) -> str:
    """Without NUL and lone surrogates, which databases refuse."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").replace("\0", "")


def decode_header_value(raw: str) -> str:
    """One line of text from a raw header value, its encoded words decoded once."""
    raw = raw[:MAX_VALUE]
    if not raw.isascii():
        raw = decode_bytes(raw.encode("utf-8", "surrogateescape"), "utf-8")
    text = _WORD.sub(_decode_word, _BETWEEN.sub(r"\1", raw))
    visible = "".join(
        " " if unicodedata.category(char) in ("Cc", "Zl", "Zp") else char
        for char in scrub(text)
        if unicodedata.category(char) != "Cf" or char in "\u200c\u200d"
    )
    return re.sub(r" {2,}", " ", visible).strip()


def parse_mailboxes(raw: str) -> tuple[Mailbox, ...]:
    """The mailboxes of an address header, in order; what cannot be read as an address is left out.

    Commas inside quotes and comments do not separate. An address is taken from its angle brackets where there are any,
    never from a display name that looks like one.
    """
    found = []
    for part in _split_addresses(scrub(raw[:MAX_VALUE])):
        angles = _ANGLE.findall(part)
        email = (angles[-1] if angles else _without_comments(part)).strip()
        if _EMAIL.fullmatch(email):
            name = part[: part.rfind("<")] if angles else ""
            found.append(Mailbox(decode_header_value(name).strip(" \"'")[:MAX_NAME].strip(), email.lower()))
    return tuple(found)


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


def _decode_word(match: re.Match[str]) -> str:
    charset, encoding, text = match.groups()
    if encoding in "bB":
        try:
            data = base64.b64decode(text.encode("ascii", "ignore") + b"==", validate=False)
        except binascii.Error:
            return match[0]
    else:
        data = binascii.a2b_qp(text.replace("_", " ").encode("ascii", "ignore"))
    return decode_bytes(data, charset)


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


def _without_comments(part: str) -> str:
    return re.sub(r"\([^()]*\)", "", part)
