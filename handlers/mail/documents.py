"""Mail that only says "see attached": is the text in an attachment? And the text of a document, made fit for a mail.

Pure: what a document says is read in a process of its own (bridge/documents.py) and comes back as `Document`.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from handlers.mail.body import Attachment
from handlers.mail.charsets import scrub
from handlers.mail.programs import fold

FEW_WORDS = 12
"""A text with fewer words that comes with a document covers it, whatever it says."""
FEW_IN_AN_ANSWER = 4
"""An answer is often this short and means itself: "I agree with this report"."""
COVERING_WORDS = 50
"""One that says that something is attached may be this long."""
MAX_TRIED = 3
"""Documents of one mail that are read, until one has a text."""

_ENDINGS = ("docx", "docm", "doc", "odt", "ott", "rtf", "pdf", "pages", "wps")
_TYPES = ("application/msword", "application/pdf", "application/rtf", "text/rtf", "application/vnd.oasis.opendocument.text",
          "application/vnd.openxmlformats-officedocument.wordprocessingml.document")  # fmt: skip
_SAYS = re.compile(
    r"\b(?:attach(?:ed|ment|ments|ing)|enclosed|adjunt\w+|anex[oa]s?|annexes?|ci[- ]?joint\w*|pieces? jointes?|p\.? ?j\b|"
    r"(?:fichier|document|texte|contribution)s? joint\w*|joins|anhang|anbei|beigefugt\w*|anlage|angehangt\w*)|مرفق|المرفق|طيه"
)
_ITEM = re.compile(r"\s*(?:[-–—•▪◦*·]|\(?\d{1,3}[.)]|\(?[a-z][.)])\s")
_CONTROLS = re.compile(
    r"[^\S\n\t ]|[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ufeff]"
)


@dataclass(frozen=True, slots=True)
class Document:
    """The text of an attachment; empty where there is none, with the reason in `failure`."""

    text: str
    failure: str = ""


def is_covering(text: str, attachments: Iterable[Attachment], *, answers: bool) -> bool:
    """Whether what an author wrote says no more than that the text is in an attachment.

    A picture counts only where the words say so: a signature with a logo is no contribution.
    """
    words = len(text.split())
    kept = tuple(attachments)
    if words < (FEW_IN_AN_ANSWER if answers else FEW_WORDS) and any(map(is_document, kept)):
        return True
    if words > COVERING_WORDS or not _SAYS.search(fold(text)):
        return False
    return any(is_document(item) or item.content_type.startswith("image/") for item in kept)


def find_documents(attachments: Iterable[Attachment]) -> tuple[Attachment, ...]:
    """The attachments that may hold the text, in their order."""
    return tuple(item for item in attachments if is_document(item) and item.content)[:MAX_TRIED]


def is_document(attachment: Attachment) -> bool:
    """Whether it is called a text document, by its name or its type; what it is shows when it is read."""
    ending = attachment.name.rpartition(".")[2].strip().lower()
    return ending in _ENDINGS or attachment.content_type in _TYPES


def clean_document(text: str, *, laid_out: bool = False) -> str:
    """A document's text as a mail could hold it; one that is `laid_out` in lines (PDF) gets its paragraphs back."""
    text = unicodedata.normalize("NFC", scrub(text))
    text = re.sub(r"\r\n?|[\f\v\u0085\u2028\u2029]", "\n", text)
    text = _CONTROLS.sub(lambda found: " " if found[0].isspace() else "", text).replace("\u00ad", "")
    lines = [line.rstrip() for line in text.split("\n")]
    if laid_out:
        lines = join_lines(lines)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")


def join_lines(lines: Sequence[str]) -> list[str]:
    """Paragraphs from lines that a page broke: a full line goes on in the next, unless that begins an item."""
    lengths = sorted(len(line) for line in lines if line.strip())
    usual = lengths[len(lengths) * 9 // 10] if lengths else 0
    joined: list[list[str]] = []
    full = False
    for line in lines:
        if full and line.strip() and not _ITEM.match(line):
            joined[-1].append(line.strip())
        else:
            joined.append([line])
        full = len(line) * 4 >= usual * 3 and usual >= 40 and bool(line.strip())
    return [_join_words(pieces) for pieces in joined]


def _join_words(pieces: Sequence[str]) -> str:
    """One line; a word that was parted at its end is whole again."""
    text = [pieces[0]]
    for piece in pieces[1:]:
        parted = re.search(r"[^\W\d_]-$", text[-1]) is not None and piece[:1].islower()
        if parted:
            text[-1] = text[-1][:-1]
        text.append(piece if parted else " " + piece)
    return "".join(text)
