"""Mail to postmaster: accepted always (RFC 5321 §4.5.1), and passed on to the organizers."""

from handlers.context import Context, Incoming, Outcome
from handlers.forward import forward


def handle(incoming: Incoming, ctx: Context) -> Outcome:
    """Passed on as a letter."""
    forward(incoming, ctx, "postmaster", ctx.settings.forum.organizers, ctx.forum_language)
    return Outcome("postmaster", "to-organizers")
