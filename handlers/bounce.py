"""A delivery report at a return path of ours: recorded, never answered (RFC 3464)."""

from config.signing import verify
from handlers.context import Context, Incoming, Outcome


def handle(incoming: Incoming, ctx: Context) -> Outcome:
    """Only a return path that we signed says anything; any other is recorded as forged."""
    signed = incoming.to.token if incoming.to and incoming.to.token else ""
    known = verify(ctx.secret, "bounce", signed) is not None
    return Outcome("bounce", "signed" if known else "forged")
