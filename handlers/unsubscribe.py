"""One step and out (RFC 8058): a mail to the address that only one reader's copy named, or the button of its page.

From is not looked at: mail programs send it from robots of their own. Whoever did not mean it comes back by an answer.
"""

from datetime import timedelta

from handlers.context import Context, Incoming, Outcome
from handlers.leaving import find_leave_token, verify_leave
from handlers.notices import About, enqueue_notice, render_notice

WAY_BACK = timedelta(days=60)
CONFIRMATIONS_A_DAY = 3
"""Whoever was given somebody's copy can take them off, and the way back can be gone in a circle."""


def handle(incoming: Incoming, ctx: Context) -> Outcome:
    """The person leaves the list that the copy came from, with every address; a second time changes nothing."""
    if not incoming.live:
        return Outcome("unsubscribe", "archive")
    token = find_leave_token(incoming.to, incoming.mail.subject)
    recipient_id = verify_leave(ctx.secret, token) if token else None
    if recipient_id is None:
        return Outcome("unsubscribe", "forged")
    found = ctx.uow.bounces.find_recipient(recipient_id)
    if found is None:
        return Outcome("unsubscribe", "unknown")
    mail, email = found
    people = ctx.uow.people
    left = [people.unsubscribe(address, mail.language) for address in people.list_addresses(email)]
    if not any(left):
        return Outcome("unsubscribe", "not-on-the-list")
    ctx.uow.journal.write("leave", "subscriber", f"list {mail.language}")
    if people.allow(email, "unsubscribed", CONFIRMATIONS_A_DAY):
        _confirm(incoming, ctx, email, mail.language)
    return Outcome("unsubscribe", "left")


def _confirm(incoming: Incoming, ctx: Context, email: str, language: str) -> None:
    """To the address that left, and to nobody who may have written."""
    secret = ctx.new_token()
    token = ctx.uow.tokens.issue(secret, "join", email, language, WAY_BACK)
    enqueue_notice(
        ctx,
        "unsubscribed",
        f"{incoming.delivery_id}",
        email,
        language,
        render_notice(ctx, "unsubscribed", language, token=secret),
        reply_to=ctx.addresses.token("answer", secret),
        about=About(token_id=token.id),
    )
