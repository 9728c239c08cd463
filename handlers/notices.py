"""Writes mail to people: rendered in the reader's language, kept as bytes with its recipients, never twice.

Personal notices leave with an empty return path, list mail with a signed one, so that bounces never bounce.
The Message-ID is an HMAC of what the mail is: stable over repetition, and unguessable where an answer decides.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeVar

from config.i18n import get_catalogue
from config.render import Rendered, render
from handlers.context import Context, Incoming
from handlers.mail.answers import without_secrets
from handlers.mail.compose import Enclosed, Letter, compose, is_deliverable, is_identifier
from store.outbox import Draft

T = TypeVar("T")

RECEIPTS_A_DAY = 20
_SPELT_ADDRESS = re.compile(r"\W{0,3}[\w.+-]+ at (?:[\w-]+\.)+\w{2,}\W{0,3}")
"""As parsing writes one that stands where a name belongs and is not its sender's own."""
Automatic = Literal["auto-generated", "auto-replied"]


@dataclass(frozen=True, slots=True)
class About:
    """What a mail belongs to, so that an answer to it can be understood."""

    contribution_id: int | None = None
    revision_id: int | None = None
    phase_id: int | None = None
    token_id: int | None = None


NOTHING = About()


def enqueue_notice(
    ctx: Context,
    kind: str,
    key: str,
    to: str,
    language: str,
    rendered: Rendered,
    *,
    reply_to: str | None = None,
    in_reply_to: str = "",
    automatic: Automatic = "auto-generated",
    send_at: datetime | None = None,
    about: About = NOTHING,
    personal: bool = False,
    enclosed: tuple[Enclosed, ...] = (),
) -> int | None:
    """A mail to one person. None where the same one is there already or the address cannot be written to.

    A mail that carries a token, or a file, is purged once it is sent. One that is `personal` leaves with a return path
    of its own, where others leave with none.
    """
    if not is_deliverable(to):
        ctx.uow.journal.write("undeliverable", "forum", kind, key=key)
        return None
    letter = _letter(
        ctx,
        language,
        rendered,
        to,
        get_message_id(ctx, kind, key),
        reply_to,
        in_reply_to,
        automatic,
        enclosed,
    )
    purged = about.token_id is not None or bool(enclosed)
    draft = Draft(
        message_id=letter.message_id,
        kind=kind,
        language=language,
        subject=rendered.subject,
        content=compose(letter),
        mail_from="",
        personal=personal,
        send_at=send_at or ctx.now,
        purge_when_sent=purged,
        wording=without_secrets(rendered.body) if purged else "",
        contribution_id=about.contribution_id,
        revision_id=about.revision_id,
        phase_id=about.phase_id,
        token_id=about.token_id,
    )
    return ctx.uow.outbox.enqueue(draft, (to,))


def enqueue_answer(
    ctx: Context,
    incoming: Incoming,
    kind: str,
    key: str,
    language: str,
    rendered: Rendered,
    *,
    reply_to: str | None = None,
    about: About = NOTHING,
    send_at: datetime | None = None,
    enclosed: tuple[Enclosed, ...] = (),
) -> None:
    """An automatic answer to the author of a mail; none to what an archive brought."""
    if incoming.live:
        enqueue_notice(
            ctx,
            kind,
            key,
            incoming.author_email,
            language,
            rendered,
            reply_to=reply_to,
            in_reply_to=incoming.message_id,
            automatic="auto-replied",
            send_at=send_at,
            about=about,
            enclosed=enclosed,
        )


def render_notice(ctx: Context, template: str, language: str, **values: object) -> Rendered:
    """A template with what every notice shows: the forum's title and the address of commands."""
    return render(
        template,
        language,
        forum_title=find_forum_title(ctx, language),
        commands_address=ctx.addresses.commands,
        external=language in ctx.settings.languages and not ctx.settings.list_for(language).hosted,
        **values,
    )


def may_answer(ctx: Context, email: str, kind: str) -> bool:
    """Whether an address gets an automatic answer: receipts up to 20 a day, other kinds one.

    A stranger, who is on no list and had nothing published, gets one receipt and one other answer.
    """
    if not email:
        return False
    if not is_known(ctx, email):
        return ctx.uow.people.allow(email, "receipt to a stranger" if kind == "receipt" else "stranger", 1)
    return ctx.uow.people.allow(email, kind, RECEIPTS_A_DAY if kind == "receipt" else 1)


def is_known(ctx: Context, *emails: str) -> bool:
    """Whether one of these addresses is on a list, or had something published. A sender can be forged."""
    return any(
        ctx.uow.people.languages(email) or ctx.uow.contributions.count_approved(email) for email in emails
    )


def get_message_id(ctx: Context, kind: str, key: str) -> str:
    """The Message-ID of what we write: the same for the same thing, and known to nobody before it is sent."""
    digest = hmac.new(ctx.secret, f"message-id\0{kind}\0{key}".encode(), hashlib.sha256).digest()
    return (
        f"<{kind}.{base64.b32encode(digest[:17]).decode().lower().rstrip('=')}@{ctx.settings.forum.domain}>"
    )


def _letter(
    ctx: Context,
    language: str,
    rendered: Rendered,
    to: str,
    message_id: str,
    reply_to: str | None,
    in_reply_to: str,
    automatic: Automatic,
    enclosed: tuple[Enclosed, ...],
) -> Letter:
    return Letter(
        from_name=find_forum_title(ctx, language),
        from_email=ctx.addresses.commands,
        to=to,
        subject=rendered.subject,
        body=rendered.body,
        message_id=message_id,
        date=ctx.now,
        reply_to=reply_to,
        in_reply_to=in_reply_to if is_identifier(in_reply_to) else None,
        auto_submitted=automatic,
        list_headers=(loop_header(ctx),),
        language=language,
        enclosed=enclosed,
    )


def find_forum_title(ctx: Context, language: str) -> str:
    """The forum's title in a language, else in its default one."""
    return ctx.settings.text(ctx.settings.forum.title, language)


def loop_header(ctx: Context) -> tuple[str, str]:
    """Tells us, and another forum of ours, that a mail was written here."""
    return ("X-Manyvoices-Loop", ctx.settings.forum.domain)


def language_of(ctx: Context, email: str, said: str | None = None) -> str:
    """The language to write to somebody in: of the command or list used, else the one they chose, else of their list."""
    languages = ctx.settings.languages
    if said in languages:
        return str(said)
    chosen = ctx.uow.people.find_language(email)
    if chosen in languages:
        return str(chosen)
    own = [language for language in ctx.uow.people.languages(email) if language in languages]
    return own[0] if own else ctx.forum_language


def choose_language(texts: Mapping[str, T], *order: str | None) -> T | None:
    """The text in the first of these languages that there is one in."""
    return next((texts[language] for language in order if language is not None and language in texts), None)


def with_place(name: str, place: str) -> str:
    """A name with where its bearer is from, where that is known."""
    return f"{name} ({place})" if name and place else name


def shown_name(name: str, language: str) -> str:
    """A display name to show to others; an address is never shown, nor made into a name."""
    is_address = "@" in name or _SPELT_ADDRESS.fullmatch(name)
    return name if name and not is_address else get_catalogue(language).gettext("a participant")
