"""Forgets whoever has asked for it and confirmed it, and tells them in a last mail what exactly was done."""

from config.forum import Settings
from handlers.context import Context
from handlers.notices import About, enqueue_notice, render_notice
from store.outbox import LAST
from store.privacy import Forgotten


def forget_person(ctx: Context, email: str, delivery_id: int | None = None) -> Forgotten:
    """Forget the person who has an address, with all their addresses; `delivery_id` is the mail that asks for it."""
    done = ctx.uow.privacy.forget(ctx.uow.people.list_addresses(email), delivery_id)
    ctx.uow.journal.write("forget", "subscriber", "person", texts=done.texts, mails=done.mails)
    return done


def forget_and_tell(ctx: Context, email: str, language: str, token_id: int, delivery_id: int) -> None:
    """The last mail to a person; once it is sent, its content and their address are deleted too."""
    emails = ctx.uow.people.list_addresses(email)
    done = forget_person(ctx, email, delivery_id)
    rendered = render_notice(
        ctx,
        "forgotten",
        language,
        done=done,
        moderates=any(is_in_settings(ctx.settings, one) for one in emails),
        postmaster_address=ctx.addresses.postmaster,
    )
    # It belongs to the token, which is dead: so it is purged as what carries a secret is.
    enqueue_notice(
        ctx,
        LAST,
        f"{token_id}",
        email,
        language,
        rendered,
        automatic="auto-replied",
        about=About(token_id=token_id),
    )


def is_in_settings(settings: Settings, email: str) -> bool:
    """Whether forum.toml names an address: what it says stands until somebody changes it."""
    named = {*settings.forum.organizers, *settings.forum.relays}
    return email in named.union(*(item.moderators for item in settings.lists))
