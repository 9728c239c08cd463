"""A synthesis by mail from an organizer. It stands once the organizer has confirmed it: From can be forged."""

from datetime import timedelta

from config.addresses import LocalAddress
from handlers.context import Context, Incoming, Outcome
from handlers.forward import forward
from handlers.mail.synthesis import parse_synthesis
from handlers.mail.titles import clean_subject
from handlers.notices import About, enqueue_answer, render_notice
from store.tables import Phase, Synthesis

TOKEN_LIFETIME = timedelta(days=14)
ASKED_A_DAY = 20
"""Requests to confirm that one organizer gets, whoever writes in their name."""


def handle(incoming: Incoming, ctx: Context) -> Outcome:
    """Keep it and ask its sender to confirm; what comes from anybody else goes to the organizers as a letter."""
    sender = incoming.author_email
    if incoming.mail.author_count != 1 or not ctx.settings.is_organizer(sender):
        forward(incoming, ctx, "postmaster", ctx.settings.forum.organizers, ctx.forum_language)
        return Outcome("synthesis", "not-an-organizer")
    phase = _find_phase(incoming.to, ctx)
    text = parse_synthesis(incoming.text)
    if phase is None or not text.paragraphs:
        reason = "no-such-phase" if phase is None else "empty"
        rendered = render_notice(
            ctx,
            "synthesis_refused",
            ctx.forum_language,
            reason=reason,
            number=incoming.to.phase if incoming.to else 0,
        )
        enqueue_answer(
            ctx, incoming, "synthesis_refused", f"{incoming.delivery_id}", ctx.forum_language, rendered
        )
        return Outcome("synthesis", reason)
    synthesis = Synthesis(
        phase_id=phase.id or 0,
        language=incoming.language,
        delivery_id=incoming.delivery_id,
        title=clean_subject(incoming.mail.subject),
        text=incoming.text,
        where_we_are=list(text.paragraphs),
        link=text.link,
        author_email=sender,
        received_at=incoming.delivery.received_at,
    )
    synthesis_id = ctx.uow.phases.add_synthesis(synthesis)
    if not incoming.live:
        ctx.uow.phases.confirm_synthesis(synthesis)
        return Outcome("synthesis", "archive")
    _ask(incoming, ctx, phase, synthesis, synthesis_id)
    return Outcome("synthesis", "to-confirm")


def _find_phase(to: LocalAddress | None, ctx: Context) -> Phase | None:
    if to is None or to.phase is None:
        return None
    if to.theme is not None:
        return ctx.uow.phases.find(to.theme, to.phase)
    return ctx.uow.phases.find_latest(to.phase)


def _ask(incoming: Incoming, ctx: Context, phase: Phase, synthesis: Synthesis, synthesis_id: int) -> None:
    if not ctx.uow.people.allow(synthesis.author_email, "synthesis", ASKED_A_DAY):
        # Somebody writes in the organizer's name, again and again: none of it stands.
        ctx.uow.journal.write("synthesis-not-asked", "forum", f"synthesis {synthesis_id}")
        return
    secret = ctx.new_token()
    token = ctx.uow.tokens.issue(
        secret,
        "synthesis",
        synthesis.author_email,
        synthesis.language,
        TOKEN_LIFETIME,
        synthesis_id=synthesis_id,
    )
    rendered = render_notice(
        ctx,
        "confirm_synthesis",
        ctx.forum_language,
        number=phase.number,
        text_language=synthesis.language,
        paragraphs=tuple(synthesis.where_we_are),
        link=synthesis.link,
        size=len(synthesis.text.encode()),
        token=secret,
    )
    enqueue_answer(
        ctx,
        incoming,
        "confirm_synthesis",
        f"{synthesis_id}",
        ctx.forum_language,
        rendered,
        reply_to=ctx.addresses.token("answer", secret),
        about=About(phase_id=phase.id, token_id=token.id),
    )
