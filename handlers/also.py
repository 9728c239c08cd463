"""Two addresses of one person: said from one, confirmed from both; from then on one copy of each list mail reaches them."""

from config.addresses import parse_address
from handlers.context import Context
from handlers.mail.compose import is_deliverable
from handlers.mail.headers import parse_mailboxes
from handlers.notices import enqueue_notice, render_notice
from handlers.opt_in import LIFETIME, OPT_IN, Wish, ask, list_unconfirmed, may_ask, read_wishes
from handlers.requests import Request

ALSO = "also"
PAIRS_A_DAY = 3
"""Other addresses that somebody may name: each brings its owner a mail."""


def find_other(request: Request, ctx: Context) -> str | None:
    """The other address that a command names; None where it names none, or one of the forum's or the person's own."""
    # As it was written: what is compared has lost its accents.
    boxes = [
        box for word in request.command.line.split() for box in parse_mailboxes(word.strip("<>()«»\"'.,;"))
    ]
    own = ctx.uow.people.list_addresses(request.email)
    other = next((box.email for box in boxes if box.email not in own and is_deliverable(box.email)), None)
    return None if other is None or parse_address(ctx.settings, other) is not None else other


def may_name(ctx: Context, own: str, other: str) -> bool:
    """Whether the other address can say that it is the same person's: it is asked already, or can be asked now."""
    if _is_asked(ctx, own, other):
        return True
    return ctx.uow.people.allow(own, ALSO, PAIRS_A_DAY) and may_ask(ctx, other, (Wish(ALSO, own),))


def ask_other(ctx: Context, own: str, other: str, language: str) -> None:
    """Ask the other address, unless it is asked already; neither can answer for the other."""
    if not _is_asked(ctx, own, other):
        ask(ctx, other, (Wish(ALSO, own),), language)


def _is_asked(ctx: Context, own: str, other: str) -> bool:
    return any(
        token.email == other and token.dead_at is None and Wish(ALSO, own) in read_wishes(token)
        for token in list_unconfirmed(ctx, other)
    )


def confirm_one(ctx: Context, email: str, other: str, language: str) -> bool:
    """One of the two says yes; True where the other has as well: they are one person's now, and both are told."""
    used = ctx.uow.tokens.list_used(OPT_IN, other, ctx.now - LIFETIME)
    if not any(Wish(ALSO, email) in read_wishes(token) for token in used):
        return False
    ctx.uow.people.join_addresses(email, other)
    ctx.uow.journal.write(ALSO, "subscriber", "person")
    for one, another in ((email, other), (other, email)):
        rendered = render_notice(ctx, "also_done", language, other=another)
        enqueue_notice(ctx, "also_done", f"{used[-1].id}.{one}", one, language, rendered)
    return True
