"""Bytes to text as their writer meant them: a charset is believed as far as its bytes agree with it.

Labels mean what mail programs mean by them (WHATWG Encoding Standard, section 4.2: "latin-1" is Windows-1252), text
that says one thing and is another is repaired where that is certain, and no codec that is none of a text is used.
"""

import codecs
import re
import unicodedata
from functools import lru_cache

_DENIED = {
    "idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "utf_7", "mbcs", "oem",
    "unicode_internal", "string_escape", "charmap",
}  # fmt: skip
_ALIASES = {
    "unknown-8bit": "utf-8",
    "default_charset": "utf-8",
    "x-unknown": "utf-8",
    "x-user-defined": "cp1252",
    "iso-8859-8-i": "iso-8859-8",
    "iso-8859-8-e": "iso-8859-8",
    "iso-8859-6-i": "iso-8859-6",
    "utf8mb4": "utf-8",
    "cp-850": "cp850",
    "windows-874": "cp874",
    "x-windows-1252": "cp1252",
    "x-mac-roman": "mac-roman",
    "macintosh": "mac-roman",
    "ks_c_5601-1987": "cp949",
    "ks_c_5601-1989": "cp949",
    "x-sjis": "cp932",
    "x-gbk": "gb18030",
}
_WIDER = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
}
"""What programs mean that name the narrower one; both agree on what the narrower one has."""
_WIDE = ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SINGLE_BYTE = re.compile(r"(?:cp(?:8|12|437|720|737|775)|iso8859|koi8|mac|latin)")

_LOW, _HIGH = (
    "[\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]",
    "[\u00c2-\u00f4]",
)
_TWICE = re.compile(f"{_HIGH}{_LOW}{{1,3}}")
"""A character of UTF-8 that was read as Windows-1252: "Ã©"."""
_MIN_TWICE = 2
_STRAY = re.compile("[\udc80-\udcff]+")
_MARK_RUN = re.compile(r"[^\w\s\x00-\u02ff]{8,}")
_MAX_MARKS = 6
"""Combining marks on one letter; a longer pile is no script's, and normalising one is quadratic."""


@lru_cache(maxsize=256)
def find_codec(charset: str) -> str | None:
    """A text codec for a charset's name; None for one that is unknown, denied or no text codec at all."""
    name = charset.strip().strip("\"'").lower()
    name = _ALIASES.get(name, name)
    if not name.isascii() or not re.fullmatch(r"[a-z0-9._:+()-]{1,40}", name):
        return None
    try:
        info = codecs.lookup(name)
    except (LookupError, ValueError, ImportError):
        return None
    if not getattr(info, "_is_text_encoding", True) or info.name.replace("-", "_") in _DENIED:
        return None
    return _WIDER.get(info.name, info.name)


def decode_bytes(data: bytes, charset: str) -> str:
    """Text in the charset that is said and possible, else UTF-8, else Windows-1252, which never fails here."""
    return scrub(_undo_twice(_decode(data, find_codec(charset))))


def scrub(text: str) -> str:
    """Without NUL and lone surrogates, which databases refuse."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").replace("\0", "")


def compose(text: str) -> str:
    """In the composed form (UAX #15, NFC), so that the same words compare equal; piles of marks are cut first."""
    if text.isascii():
        return text
    return unicodedata.normalize("NFC", _MARK_RUN.sub(_cut_marks, text))


def _decode(data: bytes, codec: str | None) -> str:
    for mark, name in _MARKS:
        if data.startswith(mark) and (name == "utf-8" or codec in (None, *_WIDE) or b"\0" in data):
            return (
                data[len(codecs.BOM_UTF8) :].decode("utf-8", "replace")
                if name == "utf-8"
                else _read(data, name)
            )
    if codec in _WIDE and b"\0" not in data and data.isascii():
        codec = "utf-8"  # it says so, and is nothing of the kind
    if codec is None or codec == "utf-8" or _is_utf8(data, codec):
        return _read_utf8(data)
    return _read(data, codec)


def _read(data: bytes, codec: str) -> str:
    try:
        return data.decode(codec)
    except (UnicodeError, ValueError):
        pass
    if codec.startswith("cp125"):
        return _read_windows(data, codec)
    if not data.isascii() and _is_utf8(data, "cp1252"):
        return _read_utf8(data)
    try:
        text = data.decode(codec, "replace")
    except (UnicodeError, ValueError):
        return _read_utf8(data)
    # Some bytes of a long text are damaged; most of a short one is another charset.
    return text if text.count("\ufffd") * 20 <= len(text) else _read_utf8(data)


def _is_utf8(data: bytes, codec: str) -> bool:
    """Whether text of a one-byte charset is UTF-8: valid sequences are no accident, outside Latin two of them."""
    if data.isascii() or not _SINGLE_BYTE.match(codec):
        return False
    try:
        text = data.decode("utf-8")
    except UnicodeError:
        return False
    beyond = len(data) - len(text)
    return beyond > 0 and (codec in ("cp1252", "cp1254", "iso8859-15") or beyond > 3)


def _read_utf8(data: bytes) -> str:
    """UTF-8; a byte that is none is Windows-1252, except at the end, where a character was cut."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        cut = error.reason == "unexpected end of data"
        if cut and not data[: error.start].isascii():
            return data[: error.start].decode("utf-8") + "\ufffd"
    text = data.decode("utf-8", "surrogateescape")
    return _STRAY.sub(
        lambda match: _read_windows(match[0].encode("utf-8", "surrogateescape"), "cp1252"), text
    )


def _read_windows(data: bytes, codec: str) -> str:
    text = data.decode(codec, "replace")
    if codec != "cp1252" or "\ufffd" not in text:
        return text
    latin = data.decode("latin-1")
    return "".join(latin[place] if char == "\ufffd" else char for place, char in enumerate(text))


def _undo_twice(text: str) -> str:
    """Undo UTF-8 that was encoded twice, where every character beyond ASCII says so; else nobody can be certain."""
    found = _TWICE.findall(text) if not text.isascii() else []
    if len(found) < _MIN_TWICE or all(piece[1:] == "\u00a0" for piece in found):
        return text
    try:
        data = b"".join(_byte(char) for char in text) if not text.isascii() else b""
        repaired = data.decode("utf-8")
    except UnicodeError:
        return text
    return repaired


def _byte(char: str) -> bytes:
    try:
        return char.encode("cp1252")
    except UnicodeEncodeError:
        return char.encode("latin-1")


def _cut_marks(match: re.Match[str]) -> str:
    kept, marks = [], 0
    for char in match[0]:
        marks = marks + 1 if unicodedata.combining(char) else 0
        if marks <= _MAX_MARKS:
            kept.append(char)
    return "".join(kept)
