"""The answer to "was this really you?": it joins, leaves, or makes a synthesis stand (double opt-in)."""

from config.render import Rendered
from handlers.also import ALSO, confirm_one
from handlers.announce import announce_synthesis
from handlers.bounced import welcome_back
from handlers.context import Context, Incoming, Outcome
from handlers.mail.answers import parse_answer
from handlers.notices import About, enqueue_answer, enqueue_notice, render_notice
from handlers.words import answer_words
from store.tables import Token


def handle(incoming: Incoming, ctx: Context) -> Outcome:
    """An answer without words, or with one that approves, from the address that was asked; nothing else confirms."""
    token = incoming.token
    if not incoming.live:
        return Outcome("command", "archive")
    if token is None or incoming.mail.author_count != 1 or incoming.author_email != token.email:
        return Outcome("command", "other-address")
    said = parse_answer(incoming.text, answer_words(ctx.settings.languages)).verdict
    if said in ("reject", "discard"):
        return Outcome("command", "not-confirmed" if ctx.uow.tokens.use(token) else "used")
    if incoming.text.strip() and said != "approve":
        _tell_unclear(incoming, token, ctx)
        return Outcome("command", "unclear")
    if not ctx.uow.tokens.use(token):
        return Outcome("command", "used")
    if token.purpose == "join":
        return _join(incoming, token, ctx)
    if token.purpose == "leave":
        return _leave(incoming, token, ctx)
    if token.purpose == "return":
        return _return(incoming, token, ctx)
    if token.purpose == ALSO:
        return _also(token, ctx)
    return _confirm_synthesis(token, ctx)


def _join(incoming: Incoming, token: Token, ctx: Context) -> Outcome:
    name = incoming.mail.author.name if incoming.mail.author else ""
    ctx.uow.people.subscribe(token.email, token.language, name, confirmed=True)
    ctx.uow.journal.write("join", "subscriber", f"list {token.language}")
    phase = ctx.uow.phases.find_at(ctx.now)
    rendered = render_notice(
        ctx,
        "joined",
        token.language,
        list_address=ctx.addresses.list(token.language),
        leave_address=ctx.addresses.action(token.language, "leave"),
        phase=(phase.number, phase.closes_at) if phase else None,
        zone=ctx.settings.zone,
    )
    _answer(incoming, token, "joined", rendered, ctx)
    return Outcome("command", "joined")


def _leave(incoming: Incoming, token: Token, ctx: Context) -> Outcome:
    ctx.uow.people.unsubscribe(token.email, token.language)
    ctx.uow.journal.write("leave", "subscriber", f"list {token.language}")
    rendered = render_notice(
        ctx, "left", token.language, join_address=ctx.addresses.action(token.language, "join")
    )
    _answer(incoming, token, "left", rendered, ctx)
    return Outcome("command", "left")


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


def _also(token: Token, ctx: Context) -> Outcome:
    """Told at both addresses once both have said yes."""
    if not confirm_one(ctx, token):
        return Outcome("command", "also-half")
    for email, other in ((token.email, token.about), (token.about, token.email)):
        rendered = render_notice(ctx, "also_done", token.language, other=other)
        enqueue_notice(ctx, "also_done", f"{token.id}.{email}", email, token.language, rendered)
    return Outcome("command", "also")


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


def _answer(incoming: Incoming, token: Token, kind: str, rendered: Rendered, ctx: Context) -> None:
    reply_to = ctx.addresses.list(token.language)
    enqueue_answer(ctx, incoming, kind, f"{token.id}", token.language, rendered, reply_to=reply_to)
