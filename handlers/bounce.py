"""A delivery report at a return path of ours: counted, never answered (RFC 3464).

Whoever has a copy of a list mail knows its return path and may write what they like to it. So no report takes anybody
off a list: when enough came back, a probe is sent whose return path nobody else knows, and only if that comes back
too is the address suspended.
"""

from config.signing import verify
from handlers.bounced import PROBE, enqueue_probe, enqueue_suspension
from handlers.context import Context, Incoming, Outcome
from handlers.mail.reports import PERMANENT, Failure, parse_report
from handlers.return_path import parse_recipient
from store.sql import id_of
from store.tables import Outgoing


def handle(incoming: Incoming, ctx: Context) -> Outcome:
    """Only a return path that we signed says anything; any other is recorded as forged."""
    payload = verify(ctx.secret, "bounce", incoming.to.token) if incoming.to and incoming.to.token else None
    if payload is None:
        return Outcome("bounce", "forged")
    if not incoming.live:
        return Outcome("bounce", "archive")
    report = parse_report(
        ctx.uow.deliveries.get_raw(incoming.delivery), null_sender=incoming.delivery.mail_from in ("", "<>")
    )
    if report.kind == "delay":
        return Outcome("bounce", "delayed")
    if report.kind == "abuse":
        return Outcome("automatic", "abuse-report")
    if report.kind != "bounce":
        return Outcome("automatic", "automatic-reply" if report.kind == "automatic" else "no-report")
    mail, failures = _attribute(payload, incoming.delivery.recipient.lower(), report.failures, ctx)
    for failure in failures:
        ctx.uow.bounces.record(
            failure.email,
            failure.weight,
            failure.status,
            probe=mail is not None and mail.kind == PROBE,
            outgoing_id=mail.id if mail else None,
            delivery_id=incoming.delivery.id,
        )
    for email in _addressed(mail, failures, ctx):
        _judge(email, mail, ctx)
    return Outcome("bounce", "counted" if any(one.email for one in failures) else "nobody-named")


def _attribute(
    payload: str, return_path: str, failures: tuple[Failure, ...], ctx: Context
) -> tuple[Outgoing | None, tuple[Failure, ...]]:
    """The mail that came back, and whom it did not reach: the return path knows better than the report."""
    recipient_id = parse_recipient(payload)
    found = ctx.uow.bounces.find_recipient(recipient_id) if recipient_id is not None else None
    if found is not None:
        mail, email = found
        said = failures[0] if failures else Failure(email, PERMANENT)
        return mail, (Failure(email, said.weight, said.status),)
    return ctx.uow.bounces.find_outgoing(return_path), failures or (Failure("", PERMANENT),)


def _addressed(mail: Outgoing | None, failures: tuple[Failure, ...], ctx: Context) -> list[str]:
    """Those that the mail was for: a report cannot speak of anybody else."""
    if mail is None:
        return []
    named = [failure.email for failure in failures if failure.email]
    known = ctx.uow.bounces.was_sent_to(id_of(mail), named)
    return [email for email in dict.fromkeys(named) if email in known]


def _judge(email: str, mail: Outgoing | None, ctx: Context) -> None:
    """Suspend an address whose probe came back; probe one whose score is reached."""
    if mail is not None and mail.kind == PROBE:
        if languages := ctx.uow.bounces.suspend(email):
            ctx.uow.journal.write("suspend", "forum", "subscription", languages=list(languages))
            enqueue_suspension(ctx, email, languages)
        return
    languages = ctx.uow.people.languages(email)
    if languages and ctx.uow.bounces.score(email) >= ctx.settings.forum.bounce_score:
        ctx.uow.bounces.begin_probe(email)
        enqueue_probe(ctx, email, languages[0])
