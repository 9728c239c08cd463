"""Writes outgoing mail as bytes: only our own headers, UTF-8 text as 8bit, CRLF, lines of at most 998 bytes.

The standard library's header classes decode what they are given (an encoded word inside an encoded word becomes a
real header on Python 3.11.7), so headers are written here, from cleaned text. RFC 5322 §2.1.1, RFC 2047, RFC 6152.
"""

import base64
import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import Literal

COLUMNS = 76
MAX_LINE = 990
"""Bytes without CRLF; RFC 5322 allows 998."""

_ATOM = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]*")
_ADDRESS = re.compile(r"[^\s<>@,;:\"()\[\]\\]+@[^\s<>@,;:\"()\[\]\\]+")
_BREAKS = {"\u0085", "\u2028", "\u2029"}


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail to be written; `list_headers` are (name, value) pairs of RFC 2369 and 2919."""

    from_name: str
    from_email: str
    to: str
    subject: str
    body: str
    message_id: str
    date: datetime
    reply_to: str | None = None
    in_reply_to: str | None = None
    auto_submitted: Literal["auto-generated", "auto-replied", "no"] | None = None
    list_headers: tuple[tuple[str, str], ...] = ()
    language: str | None = None


def compose(letter: Letter) -> bytes:
    """The bytes of a letter; ValueError for an address or identifier that is none (ours never are)."""
    headers: list[tuple[str, str]] = [
        ("From", _mailbox(letter.from_name, letter.from_email)),
        ("To", _address(letter.to)),
        ("Subject", _encode_text(clean_header(letter.subject), len("Subject: "))),
        ("Date", format_datetime(letter.date)),
        ("Message-ID", _identifier(letter.message_id)),
    ]
    if letter.reply_to:
        headers.append(("Reply-To", _address(letter.reply_to)))
    if letter.in_reply_to:
        headers.append(("In-Reply-To", _identifier(letter.in_reply_to)))
        headers.append(("References", _identifier(letter.in_reply_to)))
    if letter.auto_submitted:
        headers.append(("Auto-Submitted", letter.auto_submitted))
    headers.extend((name, _plain(value)) for name, value in letter.list_headers)
    if letter.language:
        headers.append(("Content-Language", _plain(letter.language)))
    body = _encode_body(letter.body)
    headers += [
        ("MIME-Version", "1.0"),
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Transfer-Encoding", "7bit" if body.isascii() else "8bit"),
    ]
    head = "".join(f"{name}: {value}\r\n" for name, value in headers)
    return head.encode("ascii") + b"\r\n" + body


def is_deliverable(email: str) -> bool:
    """Whether an address can stand in a header of ours: ASCII, and one address only."""
    return len(email) <= 254 and email.isascii() and email.isprintable() and bool(_ADDRESS.fullmatch(email))


def is_identifier(text: str) -> bool:
    """Whether a Message-ID that somebody else wrote can stand in a header of ours."""
    return bool(re.fullmatch(r"<[!-;=?-~]{3,900}>", text))


def clean_header(text: str) -> str:
    """Text for a header: one line, no control or direction-override characters, no encoded word left in it."""
    text = "".join(
        " " if char in _BREAKS or unicodedata.category(char) in ("Cc", "Zl", "Zp") else char
        for char in text.encode("utf-8", "replace").decode("utf-8")
        if unicodedata.category(char) != "Cf" or char in "\u200c\u200d"
    )
    return re.sub(r"=(?=\?)", "= ", " ".join(text.split(" "))).strip()


def _mailbox(name: str, email: str) -> str:
    name = clean_header(name)
    if not name:
        return _address(email)
    if _ATOM.fullmatch(name) and "=?" not in name and len(name) < COLUMNS:
        return f'"{name}" <{_address(email)}>'
    if name.isascii() and len(name) < COLUMNS:
        quoted = name.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{quoted}" <{_address(email)}>'
    return f"{_encode_words(name[:200], len('From: '))}\r\n <{_address(email)}>"


def _encode_text(text: str, taken: int) -> str:
    if text.isascii() and taken + len(text) <= COLUMNS:
        return text
    return _encode_words(text, taken)


def _encode_words(text: str, taken: int) -> str:
    """Encoded words of at most 75 columns, folded; a character is never cut in two (RFC 2047 §2 and §5)."""
    words: list[str] = []
    piece = b""
    room = (75 - taken - len("=?utf-8?b??=")) // 4 * 3
    for char in text:
        encoded = char.encode("utf-8")
        if len(piece) + len(encoded) > room:
            words.append(_word(piece))
            piece = b""
            room = (75 - len("=?utf-8?b??=")) // 4 * 3
        piece += encoded
    words.append(_word(piece))
    return "\r\n ".join(words)


def _word(piece: bytes) -> str:
    return f"=?utf-8?b?{base64.b64encode(piece).decode()}?="


def _encode_body(body: str) -> bytes:
    """Lines end with CRLF; a line over the limit is cut between characters."""
    text = (
        body.encode("utf-8", "replace")
        .decode("utf-8")
        .replace("\r\n", "\n")
        .replace("\r", "\n")
        .replace("\0", "")
    )
    lines: list[bytes] = []
    for line in text.rstrip("\n").split("\n"):
        encoded = line.encode("utf-8")
        while len(encoded) > MAX_LINE:
            cut = MAX_LINE
            while encoded[cut] & 0xC0 == 0x80:
                cut -= 1
            lines.append(encoded[:cut])
            encoded = encoded[cut:]
        lines.append(encoded)
    return b"\r\n".join(lines) + b"\r\n"


def _address(email: str) -> str:
    if not is_deliverable(email):
        raise ValueError(f"not an address that a header can carry: {email!r}")
    return email


def _identifier(text: str) -> str:
    if not is_identifier(text):
        raise ValueError(f"not a Message-ID: {text!r}")
    return text


def _plain(value: str) -> str:
    if not re.fullmatch(r"[ -~]{1,900}", value):
        raise ValueError(f"not a header value of ours: {value!r}")
    return value
