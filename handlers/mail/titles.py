"""The title of a text: from the subject, without what mail programs and lists put before it, else from its first line."""

import re

from handlers.mail.parts import clip

MAX_TITLE = 120
"""Characters; a longer title is cut at a word."""
MAX_TITLE_BYTES = 240
"""In scripts whose letters take two to four bytes a title still leaves room in a small mail."""

PREFIX = re.compile(
    r"(?:\s*(?:re|r|res|aw|antw(?:ort)?|sv|vs|vb|wg|tr|rv|r[eé]p|réf|ref|resp|rta|rif|fwd?|fw|enc|reenv|رد|الرد|إعادة توجيه|إعادة إرسال)"
    r"[\s.]{0,3}(?:\[\d{1,3}\])?\s*[:：]\s*)+",
    re.IGNORECASE,
)
"""What mail programs put before a subject that is answered or passed on."""
LEAST_SENTENCE, MAX_SENTENCE = 15, 80
"""Characters of a first sentence that serves as a title."""
_SENTENCE = re.compile(rf".{{{LEAST_SENTENCE},{MAX_SENTENCE}}}?[.!?…؟](?=\s|$)")
_CODES = re.compile(r"\[\s*(?:#\s*\d+|t\s*\d+|m-[a-z2-7]+|[a-z][a-z0-9-]{0,30})\s*\]", re.IGNORECASE)
_ADDRESS = re.compile(r"\W{0,3}[^\s@]{1,64}@[^\s@]{1,255}\.[^\s@]{2,63}\W{0,3}")


def clean_subject(subject: str) -> str:
    """Without "Re:", "TR :" and the like, list tags and our own codes."""
    bare = _CODES.sub(" ", subject)
    if prefix := PREFIX.match(bare):
        bare = bare[prefix.end() :]
    return " ".join(bare.split())


def find_title(subject: str, text: str, *, answers_notice: bool) -> str:
    """The title; an answer to a notice of ours has its first line, because the subject is ours. Empty where nothing is."""
    first = next((_name(" ".join(line.split())) for line in text.splitlines() if line.strip()), "")
    title = "" if answers_notice else clean_subject(subject)
    # An address is shown to nobody, where there is anything else to call a text by.
    return shorten(first if not title or (first and _ADDRESS.fullmatch(title)) else title)


def find_sentence(text: str) -> str:
    """The first sentence of a text where it is short, without its full stop; else nothing."""
    sentence = _SENTENCE.match(text)
    return sentence[0].rstrip(".") if sentence else ""


def _name(line: str) -> str:
    """What a line serves for a title: telephones write a whole paragraph in one, whose first sentence says enough."""
    return (find_sentence(line) or line) if len(line) > MAX_SENTENCE else line


def is_first_line(title: str, text: str) -> bool:
    """Whether a title is no more than what its text begins with."""
    return title == find_title("", text, answers_notice=True)


def follow_title(title: str, former: str, text: str) -> str:
    """The title of a corrected text: that of the former one, unless it was only its first line."""
    if not is_first_line(title, former):
        return title
    return find_title("", text, answers_notice=True) or title


def shorten(title: str) -> str:
    """At most 120 characters and 240 bytes, cut at a word where there is one."""
    if len(title) <= MAX_TITLE and len(title.encode()) <= MAX_TITLE_BYTES:
        return title
    return clip(title, MAX_TITLE - 1, MAX_TITLE_BYTES - 3).rsplit(" ", 1)[0].rstrip(" ,;:") + "…"
