"""The answer to "was this really you?": it joins, leaves, forgets, or makes a synthesis stand (double opt-in)."""

import re

from config.render import Rendered
from handlers.also import ALSO, confirm_one
from handlers.announce import announce_synthesis
from handlers.attached import ATTACHMENT, confirm_attachment
from handlers.bounced import welcome_back
from handlers.context import Context, Incoming, Outcome
from handlers.forget import forget_and_tell
from handlers.mail.answers import parse_answer
from handlers.mail.titles import PREFIX, clean_subject
from handlers.notices import About, enqueue_answer, render_notice
from handlers.opt_in import FORGET, Wish, read_wishes
from handlers.withdrawing import WITHDRAW, confirm_withdraw
from handlers.words import answer_words
from store.sql import id_of
from store.tables import Token

_DONE = {"join": "joined", "leave": "left"}
"""Each wish about a list, and the mail that says that it is done."""


def handle(incoming: Incoming, ctx: Context) -> Outcome:
    """An answer without words, or with one that approves, from the address that was asked; nothing else confirms."""
    token = incoming.token
    if not incoming.live:
        return Outcome("command", "archive")
    if token is None or incoming.mail.author_count != 1 or incoming.author_email != token.email:
        return Outcome("command", "other-address")
    said = parse_answer(incoming.text, answer_words(ctx.settings.languages)).verdict
    if said in ("reject", "discard"):
        return Outcome("command", "not-confirmed" if ctx.uow.tokens.end(token) else "used")
    if said != "approve" and not _is_plain_reply(incoming):
        _tell_unclear(incoming, token, ctx)
        return Outcome("command", "unclear")
    if not ctx.uow.tokens.use(token):
        return _tell_too_late(incoming, token, ctx)
    if token.purpose == "return":
        return _return(incoming, token, ctx)
    if token.purpose == WITHDRAW:
        return confirm_withdraw(incoming, token, ctx)
    if token.purpose == ATTACHMENT:
        return confirm_attachment(incoming, token, ctx)
    if token.purpose == "synthesis":
        return _confirm_synthesis(token, ctx)
    return _fulfil(incoming, token, ctx)


def _is_plain_reply(incoming: Incoming) -> bool:
    """Whether it says nothing at all; what speaks in its subject, as a vacation note may ("Away: …"), is no yes.

    Old telephones cut a subject short, and write question marks for letters that they do not have.
    """
    if incoming.text.strip():
        return False
    subject, asked = incoming.mail.subject, incoming.answered
    said = clean_subject(subject)
    if asked is None or PREFIX.match(subject) or said == clean_subject(asked.subject):
        return True
    shortened = re.escape(said).replace(r"\?", ".").replace("\ufffd", ".")
    return re.match(shortened, " ".join(asked.subject.split())) is not None


def _fulfil(incoming: Incoming, token: Token, ctx: Context) -> Outcome:
    """What was asked for becomes true; one mail says what has."""
    wishes = read_wishes(token)
    if FORGET in wishes:
        forget_and_tell(ctx, token.email, token.language, id_of(token), incoming.delivery_id)
        return Outcome("command", "forgotten")
    lists = [wish for wish in wishes if wish.verb != ALSO and wish.what in ctx.settings.languages]
    for wish in lists:
        _change(incoming, wish, ctx)
    if lists:
        _tell_done(incoming, token, lists, ctx)
    pairs = [wish.what for wish in wishes if wish.verb == ALSO]
    paired = [confirm_one(ctx, token.email, other, token.language) for other in pairs]
    if lists or not pairs:
        return Outcome("command", "+".join(dict.fromkeys(_DONE[wish.verb] for wish in lists)))
    return Outcome("command", ALSO if all(paired) else "also-half")


def _change(incoming: Incoming, wish: Wish, ctx: Context) -> None:
    people, email = ctx.uow.people, incoming.author_email
    if wish.verb == "join":
        name = incoming.mail.author.name if incoming.mail.author else ""
        people.subscribe(email, wish.what, name, confirmed=True, mode=ctx.settings.forum.delivery)
    else:
        people.leave(people.list_addresses(email), wish.what)
    ctx.uow.journal.write(wish.verb, "subscriber", f"list {wish.what}")


def _tell_done(incoming: Incoming, token: Token, lists: list[Wish], ctx: Context) -> None:
    """A welcome, a goodbye, or both."""
    first, several = lists[0].what, len(lists) > 1
    phase = ctx.uow.phases.find_at(ctx.now)
    kind = "done" if several else _DONE[lists[0].verb]
    rendered = render_notice(
        ctx,
        kind,
        token.language,
        list_address=ctx.addresses.list(first),
        leave_address=ctx.addresses.action(first, "leave"),
        join_address=ctx.addresses.action(first, "join"),
        changes=tuple(
            (
                wish.verb,
                wish.what,
                ctx.addresses.list(wish.what)
                if wish.verb == "join"
                else ctx.addresses.action(wish.what, "join"),
            )
            for wish in lists
        ),
        phase=(phase.number, phase.closes_at) if phase else None,
        zone=ctx.settings.zone,
    )
    _answer(incoming, token, kind, rendered, ctx)


def _return(incoming: Incoming, token: Token, ctx: Context) -> Outcome:
    """Mail reaches the person again."""
    if not welcome_back(ctx, token.email):
        return Outcome("command", "not-suspended")
    ctx.uow.journal.write("return", "subscriber", "subscription")
    rendered = render_notice(
        ctx, "back", token.language, leave_address=ctx.addresses.action(token.language, "leave")
    )
    _answer(incoming, token, "back", rendered, ctx)
    return Outcome("command", "back")


def _confirm_synthesis(token: Token, ctx: Context) -> Outcome:
    synthesis = ctx.uow.phases.find_synthesis_by_id(token.synthesis_id)
    if synthesis is None:
        return Outcome("command", "unknown-token")
    ctx.uow.phases.confirm_synthesis(synthesis)
    # Whoever had taken it to translate has nothing left to do.
    ctx.uow.claims.finish(synthesis.language, phase_id=synthesis.phase_id)
    ctx.uow.journal.write("synthesis", token.email, f"synthesis {synthesis.id}")
    announce_synthesis(ctx, synthesis)
    return Outcome("command", "synthesis-confirmed")


def _tell_unclear(incoming: Incoming, token: Token, ctx: Context) -> None:
    """Nothing has changed; said once a day, because whoever protests need not be asked again and again."""
    if ctx.uow.people.allow(token.email, "unclear", 1):
        language = ctx.forum_language if token.purpose == "synthesis" else token.language
        rendered = render_notice(ctx, "unclear", language)
        key = f"{incoming.delivery_id}"
        about = About(token_id=token.id)
        enqueue_answer(ctx, incoming, "unclear", key, language, rendered, about=about)


def _tell_too_late(incoming: Incoming, token: Token, ctx: Context) -> Outcome:
    """A second yes is not answered; one that comes too late is, once a day."""
    late = token.used_at is None and token.dead_at is None
    if late and ctx.uow.people.allow(token.email, "too_late", 1):
        language = ctx.forum_language if token.purpose == "synthesis" else token.language
        rendered = render_notice(ctx, "too_late", language)
        enqueue_answer(ctx, incoming, "too_late", f"{incoming.delivery_id}", language, rendered)
    return Outcome("command", "too-late" if late else "used")


def _answer(incoming: Incoming, token: Token, kind: str, rendered: Rendered, ctx: Context) -> None:
    reply_to = ctx.addresses.answers(token.language)
    enqueue_answer(ctx, incoming, kind, f"{token.id}", token.language, rendered, reply_to=reply_to)
