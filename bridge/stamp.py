"""What the relay adds to a copy of its own: a return path that tells whose it is, and a way to leave in one step.

A bounce then names its recipient however the report is written (VERP), and the button that mail programs show beside
the list's name needs no question back, because only this recipient was given the token (RFC 8058 §2 and §3.1).
"""

import re
from collections.abc import Callable
from dataclasses import replace

from config.addresses import Addresses
from config.forum import Settings
from config.signing import sign
from handlers.leaving import find_leave_page, format_leave_mail, sign_leave
from handlers.return_path import format_recipient
from store.dispatch import Batch

Stamp = Callable[[Batch], Batch]
"""From a batch of one recipient to the copy that leaves."""

_UNSUBSCRIBE = re.compile(rb"(?im)^List-Unsubscribe:[^\r\n]*(?:\r\n[ \t][^\r\n]*)*\r\n")


def as_enqueued(batch: Batch) -> Batch:
    """Nothing is added."""
    return batch


def make_stamp(settings: Settings, secret: bytes) -> Stamp:
    """The stamp of a forum."""
    addresses = Addresses(settings)
    page = find_leave_page(settings)

    def stamp(batch: Batch) -> Batch:
        (recipient,) = batch.recipients
        token = sign_leave(secret, recipient.id)
        mailto = format_leave_mail(addresses, token)
        return replace(
            batch,
            mail_from=addresses.bounce(sign(secret, "bounce", format_recipient(recipient.id))),
            content=_stamp_content(batch.content, mailto, f"{page}{token}" if page else None),
        )

    return stamp


def split_copies(batch: Batch) -> list[Batch]:
    """One batch for each recipient where they get copies of their own, else the batch as it is."""
    if not batch.personal:
        return [batch]
    return [replace(batch, recipients=(recipient,)) for recipient in batch.recipients]


def _stamp_content(content: bytes, mailto: str, page: str | None) -> bytes:
    """List mail with this recipient's own ways to leave; what is no list mail, as it was."""
    head, separator, body = content.partition(b"\r\n\r\n")
    header = f"List-Unsubscribe: <{mailto}>\r\n"
    if page:
        # The page first: programs take the first that they can use (RFC 2369 §2).
        header = (
            f"List-Unsubscribe: <{page}>,\r\n <{mailto}>\r\n"
            "List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
        )
    stamped = _UNSUBSCRIBE.sub(lambda _: header.encode("ascii"), head + b"\r\n", count=1)
    return stamped.removesuffix(b"\r\n") + separator + body
