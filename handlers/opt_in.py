"""What somebody asks for that is only done once they confirm it: to join, to leave, a second address, to be forgotten.

A person is sent one question an hour, whoever asks for whatever: From can be forged, and a thousand requests make one
mail. What is not confirmed is not asked again within a day, and three of them are enough. A token keeps what its question is about, one wish a line.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from handlers.context import Context, Incoming
from handlers.notices import About, enqueue_notice, render_notice
from store.tables import Token

OPT_IN = "opt-in"
"""The purpose of a token whose answer makes what it is about come true."""
LIFETIME = timedelta(days=3)
BETWEEN = timedelta(hours=1)
"""Between two questions to a person, unless the first was answered with yes."""
ASK_AGAIN = timedelta(days=1)
"""Within this time nobody is asked again for what they have not confirmed."""

MOST_A_DAY = 3
"""Questions that a person does not confirm, after which they are asked nothing more for a day."""

_VERBS = ("join", "leave", "also", "forget")


@dataclass(frozen=True, slots=True)
class Wish:
    """One of them: "join", "leave" with the language of a list, "also" with the other address, "forget"."""

    verb: str
    what: str = ""


FORGET = Wish("forget")


def format_wishes(wishes: Iterable[Wish]) -> str:
    """As a token keeps them."""
    return "\n".join(f"{wish.verb} {wish.what}".strip() for wish in wishes)


def read_wishes(token: Token) -> tuple[Wish, ...]:
    """What a token's question is about; tokens for one thing alone have it as their purpose."""
    if token.purpose == "also":
        return (Wish("also", token.about),)
    if token.purpose in _VERBS:
        return (Wish(token.purpose, token.language),)
    parts = [line.partition(" ") for line in token.about.split("\n")]
    return tuple(Wish(verb, what) for verb, _, what in parts if verb in _VERBS)


def list_unconfirmed(ctx: Context, email: str) -> list[Token]:
    """What the person who has an address was asked within the last day, by any address, and did not say yes to."""
    emails = ctx.uow.people.list_addresses(email)
    return ctx.uow.tokens.list_unconfirmed(OPT_IN, emails, ctx.now - ASK_AGAIN)


def is_asked_lately(ctx: Context, asked: Sequence[Token]) -> bool:
    """Whether the last question of these is so fresh that the person is not sent another."""
    return any(token.created_at > ctx.now - BETWEEN for token in asked)


def may_ask(ctx: Context, email: str, wishes: Sequence[Wish]) -> bool:
    """Whether a question may be sent now; whoever asks at the same time waits until it is."""
    ctx.uow.people.lock(ctx.uow.people.list_addresses(email))
    asked = list_unconfirmed(ctx, email)
    told = {wish for token in asked for wish in read_wishes(token)}
    return not is_asked_lately(ctx, asked) and len(asked) < MOST_A_DAY and not told.issuperset(wishes)


def ask(
    ctx: Context, email: str, wishes: Sequence[Wish], language: str, incoming: Incoming | None = None
) -> None:
    """Send one question about all of it, in a language; an answer to `incoming` where that is from the same address."""
    lists = {wish.what for wish in wishes if wish.verb in ("join", "leave")}
    secret = ctx.new_token()
    token = ctx.uow.tokens.issue(
        secret,
        OPT_IN,
        email,
        # A single list's own language is what its reader is welcomed in.
        lists.pop() if len(lists) == len(wishes) == 1 else language,
        LIFETIME,
        about=format_wishes(wishes),
    )
    kind = f"confirm_{wishes[0].verb}" if len({wish.verb for wish in wishes}) == 1 else "confirm_several"
    enqueue_notice(
        ctx,
        kind,
        f"{token.id}",
        email,
        language,
        render_notice(
            ctx,
            kind if len(wishes) == 1 else "confirm_several",
            language,
            list_language=wishes[0].what,
            other=wishes[0].what,
            wishes=tuple((wish.verb, wish.what) for wish in wishes),
            token=secret,
        ),
        reply_to=ctx.addresses.token("answer", secret),
        in_reply_to=incoming.message_id if incoming else "",
        automatic="auto-replied",
        about=About(token_id=token.id),
    )
