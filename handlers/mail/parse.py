"""From the bytes of a mail to `ParsedMail`: a total function, it never raises; unreadable mail is a value too.

The bytes are checked before the standard library sees them, because some inputs make it raise and others make it
quadratic. What is over a limit is read as far as the limit.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import Message

from handlers.mail.body import Attachment, read_parts
from handlers.mail.headers import Mailbox, decode_header_value, parse_date, parse_mailboxes, parse_message_ids

MAX_HEADER_BLOCK = 100_000
MAX_CONTENT_TYPES = 300
MAX_NESTED = 30
MAX_CONTENT_HEADER = 8_192

_CONTENT_TYPE = re.compile(rb"(?im)^content-type[ \t]*:")
_NESTED = re.compile(rb"(?im)^content-type[ \t]*:\s*(?:multipart|message)/")
_LONG_CONTENT = re.compile(rb"(?im)^content-[a-z-]{1,30}[ \t]*:[^\r\n]*(?:\r?\n[ \t][^\r\n]*)*")


@dataclass(frozen=True, slots=True)
class ParsedMail:
    """What a mail says. `author` is the first mailbox of From; `author_count` tells whether there are others."""

    message_id: str
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    author: Mailbox | None
    author_count: int
    to: tuple[Mailbox, ...]
    subject: str
    date: datetime | None
    auto_submitted: str
    precedence: str
    list_id: str
    content_type: str
    received_count: int
    spam: bool
    translation_of: str
    loop: tuple[str, ...]
    headers: tuple[tuple[str, str], ...]
    text: str
    attachments: tuple[Attachment, ...]
    defects: tuple[str, ...]


def parse_mail(raw: bytes) -> ParsedMail:
    """Read a mail. Bytes over a limit are named in `defects` and not looked at."""
    return read_message(*open_message(raw))


def read_message(message: Message, defects: tuple[str, ...] = ()) -> ParsedMail:
    """What a message says that `open_message` gave, or a part of one; total."""
    headers = tuple((name, value) for name, value in _raw_headers(message))
    authors = [box for value in _all(headers, "from") for box in parse_mailboxes(value)]
    text, attachments, found = read_parts(message)
    return ParsedMail(
        message_id=next(iter(parse_message_ids(_first(headers, "message-id"))), ""),
        in_reply_to=parse_message_ids(_first(headers, "in-reply-to")),
        references=parse_message_ids(_first(headers, "references")),
        author=authors[0] if authors else None,
        author_count=len(authors),
        to=tuple(
            box for name in ("to", "cc") for value in _all(headers, name) for box in parse_mailboxes(value)
        ),
        subject=decode_header_value(_first(headers, "subject")),
        date=parse_date(_first(headers, "date")),
        auto_submitted=_word(headers, "auto-submitted"),
        precedence=_word(headers, "precedence"),
        list_id=decode_header_value(_first(headers, "list-id")),
        content_type=_word(headers, "content-type"),
        received_count=len(_all(headers, "received")),
        spam=_word(headers, "x-spam-flag") == "yes" or _word(headers, "x-spam-status") == "yes",
        translation_of=decode_header_value(_first(headers, "translation-of")),
        loop=tuple(decode_header_value(value).lower() for value in _all(headers, "x-manyvoices-loop")),
        headers=headers,
        text=text,
        attachments=attachments,
        defects=(*defects, *found),
    )


def open_message(raw: bytes) -> tuple[Message, tuple[str, ...]]:
    """A mail as the standard library reads it, and which limits it was over: only what is safe to give to it."""
    limited, defects = _limit(raw)
    try:
        return message_from_bytes(limited, policy=policy.compat32), defects
    except Exception as error:  # no input is known that does this; the headers are read all the same
        head = limited[:MAX_HEADER_BLOCK].partition(b"\n\n")[0].partition(b"\r\n\r\n")[0]
        message = message_from_bytes(_without_content(head), policy=policy.compat32)
        return message, (*defects, f"unreadable:{type(error).__name__}")


def _limit(raw: bytes) -> tuple[bytes, tuple[str, ...]]:
    """The part of a mail that is safe to give to the standard library, and why it is not the whole."""
    end = re.search(rb"\r?\n\r?\n", raw)
    head_length = end.start() if end else len(raw)
    if head_length > MAX_HEADER_BLOCK:
        # A header that is cut in the middle of a field may say something else: whole lines only.
        head = raw[:MAX_HEADER_BLOCK]
        return _without_content(head[: head.rfind(b"\n") + 1]), ("header-too-long",)
    if any(len(match[0]) > MAX_CONTENT_HEADER for match in _LONG_CONTENT.finditer(raw)):
        return _without_content(raw[:head_length]), ("content-header-too-long",)
    if len(_CONTENT_TYPE.findall(raw)) > MAX_CONTENT_TYPES or len(_NESTED.findall(raw)) > MAX_NESTED:
        return _without_content(raw[:head_length]), ("too-many-parts",)
    return raw, ()


def _without_content(head: bytes) -> bytes:
    return _LONG_CONTENT.sub(b"X-Removed: content", head) + b"\r\n\r\n"


def _raw_headers(message: Message) -> list[tuple[str, str]]:
    return (
        [(name, str(value)) for name, value in message.raw_items()] if hasattr(message, "raw_items") else []
    )


def _all(headers: tuple[tuple[str, str], ...], name: str) -> list[str]:
    return [value for key, value in headers if key.lower() == name]


def _first(headers: tuple[tuple[str, str], ...], name: str) -> str:
    return next((value for key, value in headers if key.lower() == name), "")


def _word(headers: tuple[tuple[str, str], ...], name: str) -> str:
    """The first word of a value in small letters: "auto-replied" of "Auto-Replied; owner=…"."""
    words = re.split(r"[;,\s]", decode_header_value(_first(headers, name)).lower(), maxsplit=1)
    return words[0]
