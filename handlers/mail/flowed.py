"""Lines that a mail program broke are joined again: format=flowed (RFC 3676), with quote marks kept.

The other damage of the way is undone here too: quoted-printable that was not undone, soft hyphens, odd spaces.
"""

import binascii
import re

_DEPTH = re.compile(r"(>*)( ?)(.*)", re.DOTALL)
_SIGNATURE = "-- "

_ESCAPES = re.compile(rb"=(?:[0-9A-F]{2}|[ \t]*\r?\n)")
_SURELY = re.compile(rb"=[ \t]*\r?\n|=3D|=[C-F][0-9A-F]=[89AB][0-9A-F]|[a-z]=[EF][0-9A-F]")
_MIN_ESCAPES = 3
_SPACES = re.compile(r"[ \t\u00a0\u2007]{2,}|^[\u00a0\u2007]|[\u00a0\u2007]$", re.MULTILINE)


def join_flowed(text: str, *, delsp: bool = False) -> str:
    """A format=flowed text with each paragraph on one line; `delsp` as in section 4.4."""
    joined: list[str] = []
    pending: list[str] = []
    depth = 0
    for line in text.split("\n"):
        marks, _, rest = _DEPTH.fullmatch(line).groups()  # type: ignore[union-attr]
        if pending and (len(marks) != depth or rest == _SIGNATURE):
            joined.append(_mark(depth, "".join(pending)))
            pending = []
        depth = len(marks)
        flows = rest.endswith(" ") and rest != _SIGNATURE
        pending.append(rest[:-1] if flows and delsp else rest)
        if not flows:
            joined.append(_mark(depth, "".join(pending)))
            pending = []
    if pending:
        joined.append(_mark(depth, "".join(pending)))
    return "\n".join(joined)


def undo_escapes(data: bytes) -> bytes:
    """Bytes of a text whose quoted-printable nobody undid, without it; else the same bytes.

    Only where every "=" belongs to it, so that formulas and web addresses stay; ASCII only: else it was undone.
    """
    found = len(_ESCAPES.findall(data)) if data.isascii() else 0
    if found < _MIN_ESCAPES or found != data.count(b"=") or not _SURELY.search(data):
        return data
    return binascii.a2b_qp(data)


def clean_spaces(text: str) -> str:
    """Without soft hyphens; a no-break space stays only where it stands between two words."""
    if text.isascii():
        return text
    return _SPACES.sub(_plain_spaces, text.replace("\u00ad", ""))


def _plain_spaces(match: re.Match[str]) -> str:
    return match[0].replace("\u00a0", " ").replace("\u2007", " ")


def _mark(depth: int, text: str) -> str:
    return f"{'>' * depth} {text}".rstrip() if depth and text else ">" * depth + text
