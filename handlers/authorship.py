"""Under whose name a text is kept, and what came along with it."""

from dataclasses import dataclass

from handlers.context import Context, Incoming
from handlers.mail.parts import clip
from store.tables import Revision

NAME_BYTES = 100
"""Bytes of an author's name that are kept."""
MAX_KEPT = 50
"""Attachments of one mail that are kept; the whole mail is there besides."""


@dataclass(frozen=True, slots=True)
class Author:
    """A name and a place as they are shown; `sent_by` names whoever sent it for them, else it is empty."""

    name: str
    place: str = ""
    sent_by: str = ""


def find_author(ctx: Context, incoming: Incoming, replaced: Revision | None) -> Author:
    """The author that the sender names; the sender else.

    A corrected text by whoever sent the first for its author is that author's still.
    """
    sender = _clip(_find_name(ctx, incoming)) or incoming.author_email
    if incoming.by:
        return Author(_clip(incoming.by.name), incoming.by.place, sender)
    if replaced and replaced.sent_by and replaced.author_email == incoming.author_email:
        return Author(replaced.author_name, replaced.place, replaced.sent_by)
    return Author(_clip(_find_name(ctx, incoming)))


def keep_attachments(ctx: Context, incoming: Incoming) -> list[dict[str, str | int]]:
    """Keep the contents by their hash; what a revision says of each."""
    kept = incoming.mail.attachments[:MAX_KEPT]
    names = ctx.uow.attachments.keep(item.content for item in kept)
    return [
        {"name": item.name, "content_type": item.content_type, "size": item.size, "hash": name}
        for item, name in zip(kept, names, strict=True)
    ]


def _find_name(ctx: Context, incoming: Incoming) -> str:
    """The name in From, else the one of earlier texts, else the subscriber's."""
    email = incoming.author_email
    said = incoming.mail.author.name if incoming.mail.author else ""
    if said or not email:
        return said
    return ctx.uow.contributions.find_author_name(email) or ctx.uow.people.find_name(email)


def _clip(name: str) -> str:
    return clip(name, NAME_BYTES, NAME_BYTES)
