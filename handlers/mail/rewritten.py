"""Who wrote a mail whose From a list server has rewritten ("Ana via Sse-fr"), because of DMARC (RFC 7960). Pure.

Mailman adds the author to Reply-To or Cc and writes X-MailFrom, Google Groups and Sympa write X-Original-From, others
Original-From (RFC 5703) or put the author's address into the local part.
"""

import re

from handlers.mail.headers import Mailbox, parse_mailboxes
from handlers.mail.list_headers import ROLES, ListName
from handlers.mail.parse import ParsedMail
from handlers.mail.programs import fold

_VIA = re.compile(
    r"(?P<name>.+?)[\s\"'»”]*(?:\(\s*(?:[^\s()]+(?:@| at )[^\s()]+\s+)?|\s)"
    r"(?:via|par l.intermédiaire de|par|a través de|por medio de|por|através de|über|عبر)\s+(?P<list>[^()]+)\)?",
    re.IGNORECASE,
)
_ALSO_IN_NAMES = re.compile(r"\b(?:par|por)\b", re.IGNORECASE)
"""Believed only where the list's name follows."""
_BEHALF = re.compile(
    r".+\((?:on behalf of|de la part de|en nombre de|em nome de|im auftrag von)\s+(?P<name>[^()]+)\)",
    re.IGNORECASE,
)
_REDACTED = "---"
"""What Mailman puts in place of an address's domain."""
_AN_ADDRESS = re.compile(r"\S+(?:@| at )\S+\.\S+")
"""An address that stands where a name should, as `parse_mailboxes` shows it."""
_ENCODED = re.compile(r"([^=@\s]{1,64})=([a-z0-9-]+(?:\.[a-z0-9-]+)+)", re.IGNORECASE)
"""ana=example.org@groups.example.net"""


def find_author(mail: ParsedMail, listed: ListName) -> Mailbox | None:
    """The author; where the list put itself into From, as the mail tells: the address is empty where it does not.

    Whoever bears the name that From shows is believed first, then whom the envelope named, then whom answers go to.
    A Cc alone is nobody's author.
    """
    if mail.author is None or not is_the_lists(mail.author, listed):
        return mail.author
    name = _clean_name(mail.author.name, listed)
    if encoded := _ENCODED.fullmatch(mail.author.email.partition("@")[0]):
        return Mailbox(name, f"{encoded[1]}@{encoded[2]}".lower())
    # A list server writes below, or behind, what the author's own program wrote.
    answers = _boxes(mail, listed, "reply-to")[::-1]
    original = _boxes(mail, listed, "x-original-from", "original-from")
    senders = _boxes(mail, listed, "x-mailfrom", "x-original-sender")[::-1]
    copies = _boxes(mail, listed, "cc")[::-1]
    envelope = {box.email for box in senders}
    said = (*answers, *original, *copies)
    found = (
        next((box for box in (*said, *senders) if _bears(box, name)), None)
        or next((box for box in said if box.email in envelope), None)
        or next(iter((*answers, *original, *senders)), None)
    )
    shown = "" if name.endswith(_REDACTED) else name
    return Mailbox(shown or (found.name if found else ""), found.email if found else "")


def is_the_lists(box: Mailbox | None, listed: ListName) -> bool:
    """Whether an address is the list's own, or one on its server that stands for an author."""
    if box is None:
        return False
    local, _, domain = box.email.partition("@")
    if box.email == listed.address:
        return True
    encoded = _ENCODED.fullmatch(local) if domain == listed.domain else None
    return encoded is not None and encoded[2].lower() != listed.domain


def _boxes(mail: ParsedMail, listed: ListName, *names: str) -> list[Mailbox]:
    """The mailboxes of these headers without the list and its roles."""
    found = [
        box
        for key in names
        for name, value in mail.headers
        if name.lower() == key
        for box in parse_mailboxes(value)
    ]
    return [box for box in found if not is_the_lists(box, listed) and not _is_role(box.email, listed)]


def _is_role(email: str, listed: ListName) -> bool:
    local, _, domain = email.partition("@")
    return domain == listed.domain and any(local.startswith(f"{listed.local}-{role}") for role in ROLES)


def _bears(box: Mailbox, name: str) -> bool:
    """Mailman shows an author without a name by the local part of the address."""
    wanted = letters(name)
    return bool(wanted) and (
        letters(box.name) == wanted or name.lower() == f"{box.email.partition('@')[0]}{_REDACTED}"
    )


def _clean_name(name: str, listed: ListName) -> str:
    """The author's name of "Ana via Sse-fr"; nothing where From names the list alone."""
    via = _VIA.fullmatch(name)
    if via and _ALSO_IN_NAMES.search(name) and not is_named(via["list"], listed):
        via = None
    if found := _BEHALF.fullmatch(name) or via:
        name = found["name"]
    name = name.strip(" \"'«»“”‘’\u00a0")
    return "" if is_named(name, listed) or _AN_ADDRESS.fullmatch(name) else name


def is_named(text: str, listed: ListName) -> bool:
    """Whether this is what the list is called, in any way of writing it."""
    return letters(text) in {letters(name) for name in (listed.local, listed.address, *listed.names)}


def letters(text: str) -> str:
    """Letters and digits alone, folded, to compare names by."""
    return "".join(char for char in fold(text) if char.isalnum())
