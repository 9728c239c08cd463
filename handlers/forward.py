"""Passes a letter on to moderators or organizers, as text and by name, so that a person reads and answers it."""

from collections.abc import Sequence

from handlers.context import Context, Incoming
from handlers.mail.compose import is_deliverable
from handlers.mail.parts import cut_text
from handlers.mail.titles import clean_subject, shorten
from handlers.notices import enqueue_notice, render_notice

MAX_TEXT = 5_000
"""Bytes of the letter that are passed on; the whole stays in the spool."""


def forward(incoming: Incoming, ctx: Context, kind: str, to: Sequence[str], language: str) -> None:
    """One mail to each; an answer goes straight to the author."""
    if not incoming.live:
        return
    author = incoming.mail.author
    text, whole = cut_text(incoming.text, MAX_TEXT)
    rendered = render_notice(
        ctx,
        "forwarded",
        language,
        kind=kind,
        title=shorten(clean_subject(incoming.mail.subject)),
        author_name=author.name if author else "",
        author_email=author.email if author else "",
        text=text,
        whole=whole,
        delivery_id=incoming.delivery_id,
    )
    answerable = author is not None and is_deliverable(author.email)
    for place, email in enumerate(to):
        enqueue_notice(
            ctx,
            kind,
            f"{incoming.delivery_id}.{place}",
            email,
            language,
            rendered,
            reply_to=author.email if author and answerable else None,
        )
