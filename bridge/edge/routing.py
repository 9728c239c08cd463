"""Which of our addresses was a mail for that lies in a mailbox? Its header says; the envelope is gone.

Pure: the header block in, recipients and return path out. What the last server wrote stands on top (RFC 5321 §4.4)
and is believed first; whatever stands below may be the sender's own words, as To and Cc are.
"""

import re
from collections.abc import Callable, Iterable, Sequence

from config.addresses import LocalAddress, parse_address
from config.forum import MailingList, Settings
from handlers.mail.headers import parse_mailboxes

NOWHERE = "unknown"
"""The recipient of mail that names no address of ours: it is accounted for as misaddressed."""
MAX_HEADER = 100_000
"""Bytes of a header block that are looked at."""
MAX_RECIPIENTS = 100

Field = tuple[str, str]
"""A header field: its name in small letters, its value in one line."""

_TRACE = ("x-original-to", "x-forwarded-to", "envelope-to", "x-envelope-to", "x-delivered-to", "delivered-to")
"""Where servers keep the recipient of the envelope; what it was before an alias was followed first."""
_VISIBLE = (("resent-to", "resent-cc"), ("to", "cc"))
_POST = re.compile(r"<mailto:([^<>?\s]{1,400})", re.IGNORECASE)
_LIST_ID = re.compile(r"<([^<>\s]{1,400})>\s*$")
_MAILING_LIST = re.compile(r"\s*(?:list\s+)?([^\s;<>,]{1,400}@[^\s;<>,]{1,255})", re.IGNORECASE)
_NULL = re.compile(r"\s*<\s*>\s*")


def split_header(content: bytes) -> tuple[Field, ...]:
    """The header fields of a mail, unfolded (RFC 5322 §2.2.3), from the top; total."""
    head = content[:MAX_HEADER].replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    unfolded = re.sub(rb"\n(?=[ \t])", b"", head)
    pairs = (line.decode("utf-8", "replace").partition(":") for line in unfolded.split(b"\n"))
    return tuple((name.strip().lower(), value.strip()) for name, colon, value in pairs if colon)


def find_recipients(fields: Sequence[Field], settings: Settings, mailbox: str) -> tuple[str, ...]:
    """The addresses of the forum that a mail was for, or where mail goes that names none; never empty.

    `mailbox` is the name that the mailbox is logged in to with. By itself it says little, and so does the forum's
    bare address, because the aliases of a forum with one mailbox lead there: whatever is more exact is preferred.
    """

    def is_exact(email: str) -> bool:
        return email != mailbox.lower() and parse_address(settings, email) != LocalAddress("commands")

    sections = _trace_sections(fields)
    first, *others = (_known(settings, section, is_exact) for section in sections)
    visible = [_seen(settings, fields, names) for names in _VISIBLE]
    listed = None if any(map(is_exact, first)) else find_external_list(fields, settings)
    if listed and _may_have_come(listed, sections, mailbox):
        return (listed.subscribed_as or listed.address,)
    for found in (first, *others, *visible):
        if any(map(is_exact, found)):
            return found
    named = next((found for found in (first, *visible, *others) if found), ())
    return named or ((mailbox.lower(),) if "@" in mailbox else (NOWHERE,))


def find_external_list(fields: Sequence[Field], settings: Settings) -> MailingList | None:
    """The external list of the forum that the list headers of a mail name (RFC 2919, RFC 2369); None for any other.

    They prove nothing: whoever believes them knows how the mail came.
    """
    external = [item for item in settings.lists if not item.hosted]
    named = _named_lists(fields) if external else set()
    return next(
        (item for item in external if named & {item.address, item.address.replace("@", ".", 1)}), None
    )


def find_return_path(fields: Sequence[Field]) -> str:
    """The envelope's sender, "" for the null sender; the author's address where no server wrote it down."""
    for name, value in fields:
        if name == "return-path":
            if _NULL.fullmatch(value):
                return ""
            if boxes := parse_mailboxes(value):
                return boxes[0].email
            break
    authors = [box.email for name, value in fields if name == "from" for box in parse_mailboxes(value)]
    return authors[0] if authors else NOWHERE


def _trace_sections(fields: Sequence[Field]) -> list[list[tuple[str, ...]]]:
    """The recipients that each server on the way wrote down, the last server first; each writes above a Received."""
    sections: list[list[Field]] = [[]]
    for name, value in fields:
        if name == "received":
            sections.append([])
        elif name in _TRACE:
            sections[-1].append((name, value))
    return [
        [_emails(value) for _, value in sorted(section, key=lambda field: _TRACE.index(field[0]))]
        for section in sections
    ]


def _known(
    settings: Settings, section: Sequence[tuple[str, ...]], is_exact: Callable[[str], bool]
) -> tuple[str, ...]:
    """What is ours in the first field of a section that has anything exact, else anything."""
    ours = [_ours(settings, emails) for emails in section]
    return next((found for found in ours if any(map(is_exact, found))), next(filter(None, ours), ()))


def _seen(settings: Settings, fields: Sequence[Field], names: tuple[str, ...]) -> tuple[str, ...]:
    """What is ours in the fields of these names, in order."""
    return _ours(settings, [email for name, value in fields if name in names for email in _emails(value)])


def _ours(settings: Settings, emails: Iterable[str]) -> tuple[str, ...]:
    known = (email for email in emails if parse_address(settings, email) is not None)
    return tuple(dict.fromkeys(known))[:MAX_RECIPIENTS]


def _emails(value: str) -> tuple[str, ...]:
    return tuple(box.email for box in parse_mailboxes(value))


def _may_have_come(listed: MailingList, sections: Sequence[Sequence[tuple[str, ...]]], mailbox: str) -> bool:
    """Whether nothing says that it came to another address than the one that is subscribed to the list.

    Whoever can write to an address of ours can write a List-Id, too; what the last server wrote can nobody.
    """
    said = {email for emails in sections[0] for email in emails}
    names = {name for email in said for name in (email, email.partition("@")[0])}
    everywhere = {email for section in sections for emails in section for email in emails}
    return (
        not listed.subscribed_as or not said or listed.subscribed_as in everywhere or mailbox.lower() in names
    )


def _named_lists(fields: Sequence[Field]) -> set[str]:
    """What the list headers name, as addresses or list ids, in small letters."""
    found: list[str] = []
    for name, value in fields:
        if name == "list-id":
            found += [match[1] for match in [_LIST_ID.search(value)] if match]
        elif name == "list-post":
            found += _POST.findall(value)
        elif name in ("x-beenthere", "mailing-list", "x-mailing-list"):
            found += [match[1] for match in [_MAILING_LIST.match(value)] if match]
    return {item.lower() for item in found}
