"""The readable text of a mail and its attachments by name and size.

Plain text is preferred, HTML is read where there is no plain text; limits on bytes and tags come before the HTML
library, which takes seconds over 50,000 attributes.
"""

import binascii
import re
from dataclasses import dataclass
from email.message import Message
from html import unescape

from inscriptis import get_text

from handlers.mail.headers import decode_bytes, decode_header_value

MAX_PARTS = 500
MAX_HTML = 400_000
"""Bytes of HTML that are read."""
MAX_TAGS = 5_000
MAX_TEXT = 2_000_000

_UNSHOWN = dict.fromkeys(
    [*(code for code in range(0x20) if code not in (0x09, 0x0A)), *range(0x7F, 0xA0), *range(0x202A, 0x202F),
     *range(0x2066, 0x206A), 0xFEFF]
)  # fmt: skip
"""C0 and C1 controls, overrides of the writing direction, byte order marks; marks and joiners of scripts stay."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """What came along; `name` is for people to read and never the name of a file of ours. Size in bytes."""

    name: str
    content_type: str
    size: int


def read_parts(message: Message) -> tuple[str, tuple[Attachment, ...], tuple[str, ...]]:
    """Text, attachments and defects. Every part is tried by itself: one broken part does not hide the others."""
    plain: list[str] = []
    html: list[str] = []
    attachments: list[Attachment] = []
    defects: list[str] = []
    for number, part in enumerate(message.walk()):
        if number >= MAX_PARTS:
            defects.append("too-many-parts")
            break
        if part.is_multipart():
            continue
        try:
            kind = _content_type(part)
            data = _decode_transfer(part)
            name = _file_name(part)
        except (
            Exception
        ) as error:  # compat32 raises what it likes on hostile parameters; the part is named instead
            defects.append(f"unreadable-part:{type(error).__name__}")
            continue
        if name or _disposition(part) == "attachment" or kind not in ("text/plain", "text/html"):
            if data or name:
                attachments.append(Attachment(name or kind, kind, len(data)))
        elif kind == "text/plain":
            plain.append(decode_bytes(data[:MAX_TEXT], _charset(part)))
        else:
            html.append(_read_html(decode_bytes(data[:MAX_HTML], _charset(part))))
    # An empty plain part beside an HTML one is what some programs send.
    text = "\n\n".join(plain) if any(piece.strip() for piece in plain) else "\n\n".join(html)
    return _clean(text), tuple(attachments), tuple(defects)


def _clean(text: str) -> str:
    """One kind of line end, and nothing that a terminal or a mail program obeys instead of showing it."""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n").translate(_UNSHOWN)


def _read_html(markup: str) -> str:
    if markup.count("<") <= MAX_TAGS and markup.count("=") <= 2 * MAX_TAGS:
        try:
            return str(get_text(markup)).strip("\n")
        except Exception:  # lxml refuses some documents; their words are still wanted
            return _strip_tags(markup)
    return _strip_tags(markup)


def _strip_tags(markup: str) -> str:
    """The words of a page, by one linear pass."""
    pieces = []
    for piece in markup.split("<"):
        _, closed, rest = piece.partition(">")
        pieces.append(rest if closed else "")
    return re.sub(r"[ \t]+", " ", unescape(" ".join(pieces))).strip()


def _content_type(part: Message) -> str:
    value = decode_header_value(str(part.get("Content-Type", "text/plain")))
    kind = value.partition(";")[0].strip().lower()
    return kind if re.fullmatch(r"[a-z0-9.+-]+/[a-z0-9.+-]+", kind) else "text/plain"


def _charset(part: Message) -> str:
    found = re.search(
        r"charset\s*=\s*[\"']?([^\"';\s]{1,40})", str(part.get("Content-Type", ""))[:2_000], re.IGNORECASE
    )
    return found[1] if found else "utf-8"


def _disposition(part: Message) -> str:
    return str(part.get("Content-Disposition", "")).partition(";")[0].strip().lower()


def _file_name(part: Message) -> str:
    name = part.get_filename("") or ""
    return re.sub(r"[/\\]+", "_", decode_header_value(str(name)))[:120]


def _decode_transfer(part: Message) -> bytes:
    try:
        data = part.get_payload(decode=True)
    except (binascii.Error, ValueError):
        data = None
    if isinstance(data, bytes):
        return data
    payload = part.get_payload()
    return str(payload).encode("utf-8", "surrogateescape") if payload else b""
