"""Writes mail to a whole list: to its subscribers, or to the address of an external one. RFC 2369, 2919.

It leaves with a signed return path, so that a bounce tells which mail it is about. Where that does not say enough, or
readers can leave in one step on a page of ours, each has a copy of their own (`bridge/stamp.py` writes what differs).
"""

from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Literal

from config.dates import find_latest
from config.forum import MailingList
from config.render import Rendered
from config.signing import sign
from handlers.context import Context
from handlers.leaving import find_leave_page
from handlers.mail.compose import Letter, compose, is_identifier
from handlers.mail.headers import Mailbox
from handlers.notices import NOTHING, About, find_forum_title, get_message_id, loop_header
from store.outbox import BULK, FIRST, Draft
from store.readers import EVERYBODY, Readers

ANNOUNCEMENTS = ("opening", "closing", "reminder", "synthesis_published")
"""Kinds that go first where the smarthost takes only so many an hour."""
RECENT = timedelta(days=14)
"""How long copies are personal after a bounce that did not say whom it is about."""


def enqueue_list_mail(
    ctx: Context,
    kind: str,
    key: str,
    language: str,
    rendered: Rendered,
    *,
    author: Mailbox | None = None,
    reply_to: str | None = None,
    in_reply_to: str = "",
    about: About = NOTHING,
    readers: Readers = EVERYBODY,
    send_at: datetime | None = None,
) -> int | None:
    """A mail to the list of a language, once: to `readers` of its subscribers, or to an external list's address.

    `author` is in whose name a text is passed on; without it the mail is the forum's own notice. Announcements go to
    all, what brings a text only to those whose budget has room for it.
    """
    draft = write_list_mail(
        ctx,
        kind,
        key,
        language,
        rendered,
        author=author,
        reply_to=reply_to,
        in_reply_to=in_reply_to,
        about=about,
    )
    draft = replace(draft, send_at=send_at or draft.send_at)
    if not ctx.settings.list_for(language).hosted:
        return ctx.uow.outbox.enqueue(draft, (ctx.addresses.list(language),))
    ctx.uow.wishes.end_modes()
    if about.revision_id is not None and kind not in ANNOUNCEMENTS:
        readers = replace(readers, size=len(draft.content), since=find_week(ctx))
    return ctx.uow.outbox.enqueue_to_list(draft, language, readers)


def find_week(ctx: Context) -> datetime:
    """When the week of everybody's budget began: Monday at midnight, in the forum's time zone."""
    return find_latest(ctx.now, time(), ctx.settings.zone, weekly=True)


def write_list_mail(
    ctx: Context,
    kind: str,
    key: str,
    language: str,
    rendered: Rendered,
    *,
    author: Mailbox | None = None,
    reply_to: str | None = None,
    in_reply_to: str = "",
    about: About = NOTHING,
) -> Draft:
    """The mail as it would be kept, for nobody yet."""
    mailing_list = ctx.settings.list_for(language)
    letter = Letter(
        from_name=author.name if author else find_forum_title(ctx, language),
        # A list server lets in whoever is subscribed to it, and nobody who claims to be another.
        from_email=author.email if author and mailing_list.hosted else ctx.addresses.poster(language),
        to=mailing_list.address,
        subject=rendered.subject,
        body=rendered.body,
        message_id=get_message_id(ctx, kind, key),
        date=ctx.now,
        reply_to=reply_to or mailing_list.address,
        in_reply_to=in_reply_to if is_identifier(in_reply_to) else None,
        auto_submitted=_find_origin(mailing_list, automatic=author is None),
        # A list server that finds its own headers takes a post for one that has been round already.
        list_headers=(*(_list_headers(ctx, language) if mailing_list.hosted else ()), loop_header(ctx)),
        language=language,
    )
    return Draft(
        message_id=letter.message_id,
        kind=kind,
        language=language,
        subject=rendered.subject,
        content=compose(letter),
        mail_from=ctx.addresses.bounce(sign(ctx.secret, "bounce", _short_name(letter.message_id))),
        send_at=ctx.now,
        personal=mailing_list.hosted and _is_personal(ctx),
        priority=FIRST if kind in ANNOUNCEMENTS else BULK,
        contribution_id=about.contribution_id,
        revision_id=about.revision_id,
        phase_id=about.phase_id,
    )


def _find_origin(mailing_list: MailingList, *, automatic: bool) -> Literal["auto-generated", "no"] | None:
    """What we write by ourselves says so; what somebody wrote says the contrary, where no list header does (RFC 3834 §5)."""
    if automatic:
        return "auto-generated"
    return None if mailing_list.hosted else "no"


def _is_personal(ctx: Context) -> bool:
    return (
        ctx.settings.server.verp == "always"
        or find_leave_page(ctx.settings) is not None
        or ctx.uow.bounces.has_unattributed(ctx.now - RECENT)
    )


def _list_headers(ctx: Context, language: str) -> tuple[tuple[str, str], ...]:
    """Of RFC 2369 and RFC 2919 what mail programs do something with: each byte is paid for by each reader.

    The command is in the subject, because a mailbox may know no plus-addresses.
    """
    address, commands = ctx.addresses.list(language), ctx.addresses.commands
    local, _, domain = address.rpartition("@")
    return (
        ("List-Id", f"<{local}.{domain}>"),
        ("List-Post", f"<mailto:{address}>"),
        ("List-Unsubscribe", f"<mailto:{commands}?subject=leave%20{language}>"),
        ("Precedence", "list"),
    )


def _short_name(message_id: str) -> str:
    """Which mail a return path belongs to, short enough for a local part of 64 octets."""
    return message_id.partition("@")[0].rpartition(".")[2][:16]
