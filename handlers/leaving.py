"""Leaving in one step: what stands in a copy's List-Unsubscribe, and how it is known again when it comes back.

Only the copy's recipient was given the token, so that nobody is asked "was this really you?". It is signed and not kept,
and does not expire: people leave by the oldest mail that they find. RFC 2369 §3.2, RFC 8058.
"""

import re

from config.addresses import Addresses, LocalAddress
from config.forum import Settings
from config.signing import sign, verify
from handlers.return_path import format_recipient, parse_recipient

_PURPOSE = "unsubscribe"
_PAGE = re.compile(r"https://[!-;=?-~]{1,200}")
_SUBJECT = re.compile(r"\s*leave\s+(r[0-9a-z]{1,13}-[a-z2-7]{16})\s*", re.IGNORECASE)


def sign_leave(secret: bytes, recipient_id: int) -> str:
    """The token of one recipient's copy."""
    return sign(secret, _PURPOSE, format_recipient(recipient_id))


def verify_leave(secret: bytes, token: str) -> int | None:
    """The recipient's row that a token was made for; None for one that we did not make."""
    payload = verify(secret, _PURPOSE, token)
    return parse_recipient(payload) if payload is not None else None


def find_leave_page(settings: Settings) -> str | None:
    """What stands before the token of the page where a reader leaves; None where no such page is served.

    Only over TLS (RFC 8058 §3.1).
    """
    url = settings.server.base_url or ""
    return f"{url.rstrip('/')}/u/" if settings.server.web and _PAGE.fullmatch(url) else None


def format_leave_mail(addresses: Addresses, token: str) -> str:
    """The mail that leaves; its token is in the subject, because a mailbox may know no plus-addresses."""
    return f"mailto:{addresses.commands}?subject=leave%20{token}"


def find_leave_token(to: LocalAddress | None, subject: str) -> str | None:
    """The token of a mail that is to leave in one step; whether we signed it is another question."""
    if to is None or to.kind not in ("commands", "unsubscribe"):
        return None
    if to.kind == "unsubscribe":
        return to.token
    found = _SUBJECT.fullmatch(subject)
    return found[1].lower() if found else None
