"""Reads an organizer's synthesis: its first paragraphs say where the forum is, its first URL is where the whole is."""

import re
from dataclasses import dataclass

from handlers.mail.parts import cut_text

MAX_PARAGRAPHS = 3
MAX_SUMMARY = 1_500
"""Characters of the summary in an announcement, which has to fit a small mail."""

MAX_FIRST = 3_000
"""Bytes of a first paragraph; more of it is cut."""

_URL = re.compile(r"https?://[^\s<>\"'()]{3,500}[^\s<>\"'().,;:!?»]")
_RULE = re.compile(r"[\s*_=~#-]{3,}")


@dataclass(frozen=True, slots=True)
class SynthesisText:
    """The "where we are" of the next announcement, in the organizer's own lines, and the link or None."""

    paragraphs: tuple[str, ...]
    link: str | None


def parse_synthesis(text: str) -> SynthesisText:
    """The paragraphs before the first URL or ruled line: at most three and 1,500 characters, but always one."""
    found = _URL.search(text)
    summary: list[str] = []
    for paragraph in re.split(r"\n[ \t]*\n\s*", text.strip()):
        if _RULE.fullmatch(paragraph) or (summary and _URL.search(paragraph)):
            break
        if summary and (
            len(summary) == MAX_PARAGRAPHS or sum(map(len, summary)) + len(paragraph) > MAX_SUMMARY
        ):
            break
        if paragraph.strip():
            summary.append(paragraph.strip())
    if summary:
        # One endless paragraph goes to every subscriber, and again in the next announcement.
        summary[0], whole = cut_text(summary[0], MAX_FIRST)
        summary[0] += "" if whole else " […]"
    return SynthesisText(tuple(summary), found[0] if found else None)
