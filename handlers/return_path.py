"""What stands signed in a return path: one recipient's row for a copy of its own, else the mail (`b-<what>-<mac>`)."""

import re

_RECIPIENT = re.compile(r"r([1-9a-z][0-9a-z]{0,12})")
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def format_recipient(recipient_id: int) -> str:
    """The payload for one recipient's copy; ValueError for a row that has no id."""
    if recipient_id < 1:
        raise ValueError(f"{recipient_id} is no recipient's row")
    digits = ""
    while recipient_id:
        recipient_id, digit = divmod(recipient_id, 36)
        digits = _DIGITS[digit] + digits
    return f"r{digits}"


def parse_recipient(payload: str) -> int | None:
    """The row that a payload names; None for one that names a mail."""
    match = _RECIPIENT.fullmatch(payload)
    # The name of a mail is sixteen characters long, a row's number never is.
    return int(match[1], 36) if match else None
