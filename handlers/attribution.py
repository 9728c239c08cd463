"""Whose text is it, when somebody else sends it? A forward, a mail that is attached, or a first line `by: NAME, PLACE`.

Only organizers, moderators and the relays that forum.toml names may speak for others; and because From can be forged,
what they send like this always waits. The author's address is not believed: receipts go to whoever sent it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from config.addresses import parse_address
from config.forum import Settings
from handlers.mail.documents import FEW_WORDS
from handlers.mail.forwarded import Forwarded, find_forward
from handlers.mail.headers import clean_name, decode_header_value
from handlers.mail.parse import ParsedMail, parse_mail
from handlers.mail.parts import clip
from handlers.mail.quotes import clean_reply
from handlers.mail.titles import clean_subject
from handlers.words import byline_words

MAX_PLACE = 80
"""Characters of a place."""
MAX_LINE = 200


@dataclass(frozen=True, slots=True)
class Attribution:
    """The author as the sender names them; `name` and `place` may be empty, each is safe to show."""

    name: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class Attributed:
    """A mail whose text is somebody else's: the mail as it counts, the text, and what was taken out of it."""

    mail: ParsedMail
    text: str
    cut: str
    by: Attribution


def may_speak_for_others(settings: Settings, email: str) -> bool:
    """Whether an address is an organizer's, a moderator's or a relay's."""
    moderators = {address for item in settings.lists for address in item.moderators}
    return email.lower() in {*settings.forum.organizers, *settings.forum.relays, *moderators}


def find_attribution(mail: ParsedMail, text: str, cut: str, settings: Settings) -> Attributed | None:
    """What a mail passes on for its author; None where it is its sender's own, or its sender may not.

    `text` and `cut` are the mail's, as its own text would be read. A text of this forum that comes back is nobody's.
    """
    if mail.author is None or mail.author_count != 1 or not may_speak_for_others(settings, mail.author.email):
        return None
    found, passed_on = _find_passed_on(mail, text)
    if found is None:
        byline = parse_byline(text, byline_words(settings.languages))
        return Attributed(mail, byline[1], cut, byline[0]) if byline else None
    if found.email and _is_ours(settings, found.email):
        return None
    byline = parse_byline(found.above, byline_words(settings.languages))
    by = byline[0] if byline else Attribution(found.name)
    cleaned = clean_reply(found.text)
    pieces = (byline[1] if byline else found.above, found.headers, cleaned.cut)
    if not clean_subject(passed_on.subject):
        passed_on = replace(passed_on, subject=found.subject)
    return Attributed(passed_on, cleaned.text, "\n\n".join(piece for piece in pieces if piece.strip()), by)


def parse_byline(text: str, words: Sequence[str]) -> tuple[Attribution, str] | None:
    """The author in a first line `by: NAME, PLACE`, and the text without it."""
    first, _, rest = text.lstrip("\n").partition("\n")
    alternatives = "|".join(re.escape(word) for word in words)
    said = re.fullmatch(
        rf"[\s*]*(?:{alternatives})[\s*]*[:\uff1a][\s*]*(\S.*)", first[:MAX_LINE], re.IGNORECASE
    )
    if said is None or len(first) > MAX_LINE or "@" in said[1]:
        return None
    name, _, place = decode_header_value(said[1]).replace("\u060c", ",").partition(",")
    if not (name := clean_name(name.strip(" *."))):
        return None
    place = clip(place.strip(" *."), MAX_PLACE, 2 * MAX_PLACE)
    return Attribution(name, place), rest.lstrip("\n")


def _find_passed_on(mail: ParsedMail, text: str) -> tuple[Forwarded | None, ParsedMail]:
    """In the text; else the one mail that is attached to a few words, with what is attached to it."""
    if found := find_forward(mail.text, mail.subject):
        return found, mail
    inside = [item for item in mail.attachments if item.content_type == "message/rfc822" and item.content]
    if len(inside) != 1 or len(text.split()) >= FEW_WORDS:
        return None, mail
    inner = parse_mail(inside[0].content)
    if inner.author is None:
        return None, mail
    date = f"{inner.date:%Y-%m-%d %H:%M} UTC" if inner.date else ""
    headers = "\n".join(
        piece
        for piece in (f"{inner.author.name} <{inner.author.email}>".strip(), date, inner.subject)
        if piece
    )
    found = Forwarded(
        inner.author.name, inner.author.email, date, inner.subject, inner.text, above=text, headers=headers
    )
    return found, replace(mail, attachments=(*mail.attachments, *inner.attachments))


def _is_ours(settings: Settings, email: str) -> bool:
    return parse_address(settings, email) is not None
