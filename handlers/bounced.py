"""What somebody is told whose mail comes back: a probe, then that nothing more is sent and how to come back."""

from datetime import datetime, timedelta

from handlers.context import Context
from handlers.notices import About, enqueue_notice, render_notice
from store.phases import ENQUEUED
from store.sql import id_of

TOKEN_LIFETIME = timedelta(days=60)
SECOND_NOTICE = timedelta(days=7)
"""A mailbox that was full may have room again by then."""
PROBE, SUSPENSION, REPORT = "probe", "suspended", "bounce_report"


def enqueue_probe(ctx: Context, email: str, language: str) -> None:
    """A mail whose return path only this mailbox sees: if it comes back, the address does not work."""
    rendered = render_notice(ctx, "probe", language)
    enqueue_notice(ctx, PROBE, f"{email}.{ctx.now:%Y-%m-%dT%H:%M}", email, language, rendered, personal=True)


def enqueue_suspension(ctx: Context, email: str, languages: tuple[str, ...]) -> None:
    """Twice, at once and a week later; an answer to either brings the person back."""
    language = languages[0]
    secret = ctx.new_token()
    token = ctx.uow.tokens.issue(secret, "return", email, language, TOKEN_LIFETIME)
    for place, send_at in enumerate((ctx.now, ctx.now + SECOND_NOTICE)):
        enqueue_notice(
            ctx,
            SUSPENSION,
            f"{id_of(token)}.{place}",
            email,
            language,
            render_notice(ctx, "suspended", language, token=secret),
            reply_to=ctx.addresses.token("answer", secret),
            send_at=send_at,
            about=About(token_id=token.id),
        )


def welcome_back(ctx: Context, email: str) -> tuple[str, ...]:
    """Undo a suspension; the languages of the lists that the person is on again."""
    ctx.uow.outbox.cancel_for(email, SUSPENSION)
    ctx.uow.bounces.begin_probe(email)
    return ctx.uow.bounces.resume(email)


def report_bounces(ctx: Context) -> bool:
    """Once a day, at the hour of announcements, the organizers see the figures of the last day; False where there are none."""
    zone = ctx.settings.zone
    due_at = datetime.combine(ctx.now.astimezone(zone), ctx.settings.forum.announce_at, zone)
    if ctx.now < due_at:
        return False
    bouncing = ctx.uow.bounces.list_bouncing(due_at - timedelta(days=1), due_at)
    if not bouncing:
        return False
    language, occasion = ctx.forum_language, f"{due_at:%Y-%m-%d}"
    if not ctx.uow.phases.claim_notice(REPORT, "", occasion, language, due_at=due_at, state=ENQUEUED):
        return False
    rendered = render_notice(
        ctx,
        "bounce_report",
        language,
        bouncing=tuple((one.email, one.bounces, one.status, one.suspended) for one in bouncing[:50]),
        more=max(0, len(bouncing) - 50),
    )
    for place, email in enumerate(ctx.settings.forum.organizers):
        enqueue_notice(ctx, REPORT, f"{occasion}.{place}", email, language, rendered)
    return True
