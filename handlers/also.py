"""Two addresses of one person: said from one, confirmed from both; from then on one copy of each list mail reaches them."""

from datetime import timedelta

from handlers.context import Context, Incoming
from handlers.notices import About, enqueue_notice, render_notice
from store.tables import Token

ALSO = "also"
LIFETIME = timedelta(days=3)
ASK_AGAIN = timedelta(days=1)
"""A pair of addresses is asked once in this time, however often somebody asks for it."""


def ask_both(ctx: Context, incoming: Incoming, other: str, language: str) -> None:
    """One question to each address; neither can answer for the other."""
    own = incoming.author_email
    for email, about in ((own, other), (other, own)):
        if ctx.uow.tokens.has_pending(ALSO, email, language, ctx.now - ASK_AGAIN):
            continue
        secret = ctx.new_token()
        token = ctx.uow.tokens.issue(secret, ALSO, email, language, LIFETIME, about=about)
        enqueue_notice(
            ctx,
            "confirm_also",
            f"{token.id}",
            email,
            language,
            render_notice(ctx, "confirm_also", language, other=about, token=secret),
            reply_to=ctx.addresses.token("answer", secret),
            automatic="auto-replied",
            about=About(token_id=token.id),
        )


def confirm_one(ctx: Context, token: Token) -> bool:
    """One of the two has said yes; True where both have, and the addresses are one person's now."""
    if not ctx.uow.tokens.was_used(ALSO, token.about, token.email, ctx.now - LIFETIME):
        return False
    ctx.uow.people.join_addresses(token.about, token.email)
    ctx.uow.journal.write(ALSO, "subscriber", "person")
    return True
