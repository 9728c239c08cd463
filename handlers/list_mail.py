"""Writes mail to a whole list: to its subscribers, or to the address of an external one. RFC 2369, 2919.

It leaves with a signed return path, so that a bounce tells which mail it is about, and whose subscriber did not get it.
"""

from config.render import Rendered
from config.signing import sign
from handlers.context import Context
from handlers.mail.compose import Letter, compose, is_identifier
from handlers.notices import NOTHING, About, find_forum_title, get_message_id, loop_header
from store.outbox import Draft


def enqueue_list_mail(
    ctx: Context,
    kind: str,
    key: str,
    language: str,
    rendered: Rendered,
    *,
    from_name: str | None = None,
    reply_to: str | None = None,
    in_reply_to: str = "",
    about: About = NOTHING,
) -> int | None:
    """A mail to everybody on the list of a language, once: to its subscribers, or to an external list's address.

    `from_name` is the author of what is passed on; without it the mail is the forum's own notice.
    """
    mailing_list = ctx.settings.list_for(language)
    letter = Letter(
        from_name=from_name or find_forum_title(ctx, language),
        from_email=mailing_list.address,
        to=mailing_list.address,
        subject=rendered.subject,
        body=rendered.body,
        message_id=get_message_id(ctx, kind, key),
        date=ctx.now,
        reply_to=reply_to or mailing_list.address,
        in_reply_to=in_reply_to if is_identifier(in_reply_to) else None,
        auto_submitted=None if from_name else "auto-generated",
        list_headers=(*_list_headers(ctx, language), loop_header(ctx)),
        language=language,
    )
    draft = Draft(
        message_id=letter.message_id,
        kind=kind,
        language=language,
        subject=rendered.subject,
        content=compose(letter),
        mail_from=ctx.addresses.bounce(sign(ctx.secret, "bounce", _short_name(letter.message_id))),
        send_at=ctx.now,
        contribution_id=about.contribution_id,
        revision_id=about.revision_id,
        phase_id=about.phase_id,
    )
    if mailing_list.hosted:
        return ctx.uow.outbox.enqueue_to_list(draft, language)
    return ctx.uow.outbox.enqueue(draft, (mailing_list.address,))


def _list_headers(ctx: Context, language: str) -> tuple[tuple[str, str], ...]:
    """RFC 2369 and RFC 2919; commands in the subject, because a mailbox may know no plus-addresses."""
    address, commands = ctx.addresses.list(language), ctx.addresses.commands
    local, _, domain = address.rpartition("@")
    return (
        ("List-Id", f"<{local}.{domain}>"),
        ("List-Post", f"<mailto:{address}>"),
        ("List-Help", f"<mailto:{commands}?subject=help>"),
        ("List-Subscribe", f"<mailto:{commands}?subject=join%20{language}>"),
        ("List-Unsubscribe", f"<mailto:{commands}?subject=leave%20{language}>"),
        ("Precedence", "list"),
    )


def _short_name(message_id: str) -> str:
    """Which mail a return path belongs to, short enough for a local part of 64 octets."""
    return message_id.partition("@")[0].rpartition(".")[2][:16]
