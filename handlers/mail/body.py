"""The readable text of a mail and its attachments, each by name and size.

Texts keep the order of their parts; of two renderings of one text the plain one is read unless it is none
(`alternatives.py`). A mail inside the mail is an attachment: somebody else wrote it. RFC 2045, 2046, 2387.
"""

import binascii
import re
from dataclasses import dataclass, field
from email.message import Message

from handlers.mail.alternatives import choose_text, is_markup, join_texts
from handlers.mail.charsets import compose, decode_bytes
from handlers.mail.flowed import clean_spaces, join_flowed, undo_escapes
from handlers.mail.headers import decode_header_value
from handlers.mail.markup import MAX_HTML, render_markup

MAX_PARTS = 500
MAX_DEPTH = 40
MAX_TEXT = 2_000_000
"""Bytes of one text and characters of the whole that are read."""

_UNSHOWN = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
"""C0 and C1 controls, overrides of the writing direction, byte order marks; marks and joiners of scripts stay."""
_LINE_ENDS = re.compile("\r\n?|[\f\u2028\u2029]")
_HTML = ("text/html", "application/xhtml+xml")
_TEXTS = ("text/plain", "text/enriched", "text/richtext", "text/markdown", *_HTML)
_REPORTS = ("message/delivery-status", "message/disposition-notification", "message/feedback-report")
_UNWANTED = (
    "application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature", "text/x-amp-html",
    "text/watch-html", *_REPORTS,
)  # fmt: skip
"""What mail programs say to each other, and second renderings: nothing that a person sent."""
_PARAMETER = r"(?i)[;\s]{name}\*?\s*=\s*(?:\"([^\"]{{0,200}})\"|([^\";\s]{{1,200}}))"
_META = re.compile(r"<meta[^<>]{0,200}?charset\s*=\s*[\"']?([A-Za-z0-9._:-]{1,40})", re.IGNORECASE)
_TAG = re.compile(r"<[A-Za-z/!][^<>]{0,200}>")
_BASE64_LINE = re.compile(rb"[A-Za-z0-9+/]+={0,2}")


@dataclass(frozen=True, slots=True)
class Attachment:
    """What came along; `name` is for people to read and never the name of a file of ours. Size in bytes."""

    name: str
    content_type: str
    size: int
    content: bytes = field(default=b"", repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class _Text:
    """What one part says; `rich` if HTML was all there was."""

    text: str
    rich: bool


@dataclass(slots=True)
class _Found:
    """What was met on the way through the parts."""

    parts: int = 0
    attachments: list[Attachment] = field(default_factory=list)
    defects: list[str] = field(default_factory=list)


def read_parts(message: Message) -> tuple[str, tuple[Attachment, ...], tuple[str, ...]]:
    """Text, attachments and defects. Every part is tried by itself: one broken part does not hide the others."""
    found = _Found()
    text = join_texts([piece.text for piece in _read(message, found, 0)])[:MAX_TEXT]
    return _clean(text), tuple(found.attachments), tuple(dict.fromkeys(found.defects))


def _read(part: Message, found: _Found, depth: int) -> list[_Text]:
    """The texts of a part, in order."""
    found.parts += 1
    if found.parts > MAX_PARTS or depth > MAX_DEPTH:
        found.defects.append("too-many-parts")
        return []
    try:
        kind = _content_type(part)
        if part.is_multipart() and not kind.startswith("message/"):
            return _read_multipart(part, kind, found, depth)
        return _read_leaf(part, kind, found, depth)
    except (
        Exception
    ) as error:  # compat32 raises what it likes on hostile parameters; the part is named instead
        found.defects.append(f"unreadable-part:{type(error).__name__}")
        return []


def _read_multipart(part: Message, kind: str, found: _Found, depth: int) -> list[_Text]:
    children = [child for child in part.get_payload() if isinstance(child, Message)]
    if kind == "multipart/related" and len(children) > 1:
        root = _find_root(part, children)
        texts = _read(root, found, depth + 1)
        for child in children:
            if child is not root and not child.is_multipart():
                _keep_attachment(child, _content_type(child), found)
        return texts
    read = [_read(child, found, depth + 1) for child in children]
    if kind != "multipart/alternative":
        return [text for texts in read for text in texts]
    joined = [
        _Text(join_texts([t.text for t in texts]), any(t.rich for t in texts)) for texts in read if texts
    ]
    plain = next((text for text in joined if not text.rich and text.text.strip()), _Text("", False))
    rich = next((text for text in reversed(joined) if text.rich and text.text.strip()), _Text("", True))
    chosen = choose_text(plain.text, rich.text)
    return [_Text(chosen, chosen == rich.text)]


def _find_root(part: Message, children: list[Message]) -> Message:
    """The part that the others belong to (RFC 2387, section 3.2)."""
    start = _parameter(part, "start")
    return next((c for c in children if start and str(c.get("Content-ID", "")).strip() == start), children[0])


def _read_leaf(part: Message, kind: str, found: _Found, depth: int) -> list[_Text]:
    attached = _disposition(part) == "attachment" and (depth > 0 or bool(_file_name(part)))
    if kind in _UNWANTED:
        return []
    if attached or _file_name(part) or (kind not in _TEXTS and not kind.startswith("multipart/")):
        _keep_attachment(part, kind, found)
        return []
    data = _decode_transfer(part)
    if kind in _HTML:
        return [_read_html(data, part)]
    text = _read_plain(data, part)
    if kind in ("text/enriched", "text/richtext"):
        return [_Text(render_markup(text.replace("<<", "&lt;").replace("\n\n", "<br>")), rich=True)]
    if text[:200].lstrip().lower().startswith(("<!doctype html", "<html")) and is_markup(text):
        return [_Text(render_markup(text), rich=True)]
    return [_Text(text, rich=False)]


def _keep_attachment(part: Message, kind: str, found: _Found) -> None:
    if kind in _UNWANTED:
        return
    name, data = _file_name(part), _decode_transfer(part)
    if kind == "message/rfc822" and not name:
        inner = part.get_payload(0) if part.is_multipart() else part
        subject = decode_header_value(str(inner.get("Subject", ""))) if isinstance(inner, Message) else ""
        name = f"{re.sub(r'[/]+', '_', subject)[:80] or 'mail'}.eml"
    if data or name:
        found.attachments.append(Attachment(name or kind, kind, len(data), data))


def _read_plain(data: bytes, part: Message) -> str:
    if str(part.get("Content-Transfer-Encoding", "")).strip().lower() not in ("quoted-printable", "base64"):
        data = undo_escapes(data)
    text = _LINE_ENDS.sub("\n", decode_bytes(data[:MAX_TEXT], _charset(part)))
    if _parameter(part, "format").lower() == "flowed":
        text = join_flowed(text, delsp=_parameter(part, "delsp").lower() == "yes")
    return text


def _read_html(data: bytes, part: Message) -> _Text:
    """Rendered; the charset is the header's, else the page's own."""
    data = data[:MAX_HTML]
    charset = _charset(part)
    if not charset and (meta := _META.search(data[:4_000].decode("latin-1"))):
        charset = meta[1]
    markup = decode_bytes(data, charset)
    # Plain text in disguise has no tags, and would lose its lines.
    rich = bool(_TAG.search(markup))
    return _Text(render_markup(markup) if rich else _LINE_ENDS.sub("\n", markup), rich=True)


def _clean(text: str) -> str:
    """One kind of line end, and nothing that a terminal or a mail program obeys instead of showing it."""
    return compose(clean_spaces(_UNSHOWN.sub("", _LINE_ENDS.sub("\n", text))))


def _content_type(part: Message) -> str:
    value = decode_header_value(str(part.get("Content-Type", part.get_default_type())))
    kind = value.partition(";")[0].strip().lower()
    return kind if re.fullmatch(r"[a-z0-9.+-]+/[a-z0-9.+-]+", kind) else "text/plain"


def _charset(part: Message) -> str:
    # RFC 2231 writes charset*=us-ascii'en'utf-8.
    return _parameter(part, "charset").rpartition("'")[2]


def _parameter(part: Message, name: str) -> str:
    found = re.search(_PARAMETER.format(name=name), f";{str(part.get('Content-Type', ''))[:4_000]}")
    return (found[1] or found[2] or "").strip(" '") if found else ""


def _disposition(part: Message) -> str:
    return str(part.get("Content-Disposition", "")).partition(";")[0].strip().lower()


def _file_name(part: Message) -> str:
    try:
        name = part.get_filename("") or ""
    except Exception:  # an RFC 2231 value that is none; the part is read all the same
        name = _parameter(part, "name")
    return re.sub(r"[/\\]+", "_", decode_header_value(str(name)))[:120]


def _decode_transfer(part: Message) -> bytes:
    """The bytes of a part; those of a mail inside the mail as they came, as nearly as the library writes them."""
    if part.is_multipart():
        try:
            return b"\n".join(inner.as_bytes() for inner in part.get_payload() if isinstance(inner, Message))
        except Exception:  # what it reads it cannot always write; that a mail is there is still worth saying
            return b""
    try:
        data = part.get_payload(decode=True)
    except (binascii.Error, ValueError):
        data = str(part.get_payload()).encode("utf-8", "surrogateescape")
    if not isinstance(data, bytes):
        return b""
    if str(part.get("Content-Transfer-Encoding", "")).strip().lower() != "base64":
        return data
    try:
        raw = part.get_payload()
    except (LookupError, TypeError, ValueError):  # what stands beside the base64 is in no charset
        return data
    return _decode_base64(str(raw), data)


def _decode_base64(raw: str, data: bytes) -> bytes:
    """What a list server wrote in clear below a base64 text is kept; the library would read it as base64."""
    lines = raw.encode("utf-8", "surrogatepass").splitlines()
    end = next(
        (n for n, line in enumerate(lines) if line.strip() and not _BASE64_LINE.fullmatch(line.strip())),
        len(lines),
    )
    if not 0 < end < len(lines):
        return data
    try:
        return binascii.a2b_base64(b"".join(lines[:end])) + b"\n\n" + b"\n".join(lines[end:])
    except binascii.Error:
        return data
