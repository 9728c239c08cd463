"""Writes outgoing mail as bytes: only our own headers, UTF-8 text as 8bit, CRLF, lines of at most 998 bytes.

The standard library's header classes decode what they are given (an encoded word inside an encoded word becomes a
real header on Python 3.11.7), so headers are written here, from cleaned text. RFC 5322 §2.1.1, RFC 2047, RFC 6152.
A mail with a file in it is in seven bits from end to end (RFC 2045 §6.7 and §6.8, RFC 2046 §5.1, RFC 2183).
"""

import base64
import binascii
import hashlib
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
_FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,60}")
_TYPE = re.compile(r"[a-z0-9][a-z0-9.+-]{0,40}/[a-z0-9][a-z0-9.+-]{0,80}")
_BREAKS = {"\u0085", "\u2028", "\u2029"}


@dataclass(frozen=True, slots=True)
class Enclosed:
    """A file that goes along: under a name and type of ours, never those that its sender gave it."""

    name: str
    content_type: str
    content: bytes


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
    enclosed: tuple[Enclosed, ...] = ()


def compose(letter: Letter) -> bytes:
    """The bytes of a letter; ValueError for an address, identifier or file name that is none (ours never are)."""
    headers: list[tuple[str, str]] = [
        ("From", _mailbox(letter.from_name, letter.from_email)),
        ("To", _address(letter.to)),
        ("Subject", _encode_text(clean_header(letter.subject), len("Subject: "))),
        ("Date", format_datetime(letter.date)),
        ("Message-ID", _identifier(letter.message_id)),
    ]
    # Without one, an answer goes to From (RFC 5322 §3.6.2).
    if letter.reply_to and letter.reply_to != letter.from_email:
        headers.append(("Reply-To", _address(letter.reply_to)))
    if letter.in_reply_to:
        headers.append(("In-Reply-To", _identifier(letter.in_reply_to)))
        headers.append(("References", _identifier(letter.in_reply_to)))
    if letter.auto_submitted:
        headers.append(("Auto-Submitted", letter.auto_submitted))
    headers.extend((name, _plain(value)) for name, value in letter.list_headers)
    if letter.language:
        headers.append(("Content-Language", _plain(letter.language.replace("_", "-"))))
    body = _encode_body(letter.body)
    headers.append(("MIME-Version", "1.0"))
    if letter.enclosed:
        boundary = _make_boundary(letter.message_id)
        headers.append(("Content-Type", f'multipart/mixed;\r\n boundary="{boundary}"'))
        body = _join_parts(boundary, body, letter.enclosed)
    else:
        headers.append(("Content-Type", "text/plain; charset=utf-8"))
    headers.append(("Content-Transfer-Encoding", "7bit" if body.isascii() else "8bit"))
    head = "".join(f"{name}: {value}\r\n" for name, value in headers)
    return head.encode("ascii") + b"\r\n" + body


def _make_boundary(message_id: str) -> str:
    """Of a mail always the same; "=_" stands in no text that is quoted-printable or base64 (RFC 2045 §6.7)."""
    return f"=_{hashlib.sha256(message_id.encode()).hexdigest()[:32]}"


def _join_parts(boundary: str, body: bytes, enclosed: tuple[Enclosed, ...]) -> bytes:
    """The text, which every program shows first, and the files."""
    text = (
        b"Content-Type: text/plain; charset=utf-8\r\n"
        b"Content-Transfer-Encoding: quoted-printable\r\n\r\n" + _quote(body)
    )
    line = f"--{boundary}".encode("ascii")
    parts = [text, *(_encode_file(item) for item in enclosed)]
    return b"".join(line + b"\r\n" + part for part in parts) + line + b"--\r\n"


def _quote(body: bytes) -> bytes:
    """Line by line: the encoder guesses the line ends of a whole text from its first."""
    lines = body.removesuffix(b"\r\n").split(b"\r\n")
    quoted = [binascii.b2a_qp(line, istext=True).replace(b"\n", b"\r\n") for line in lines]
    return b"\r\n".join(quoted) + b"\r\n"


def _encode_file(item: Enclosed) -> bytes:
    if not _FILE_NAME.fullmatch(item.name) or not _TYPE.fullmatch(item.content_type):
        raise ValueError(f"not a file name or type of ours: {item.name!r}, {item.content_type!r}")
    head = (
        f"Content-Type: {item.content_type}\r\n"
        "Content-Transfer-Encoding: base64\r\n"
        f'Content-Disposition: attachment; filename="{item.name}"\r\n\r\n'
    )
    return head.encode("ascii") + (base64.encodebytes(item.content).replace(b"\n", b"\r\n") or b"\r\n")


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
