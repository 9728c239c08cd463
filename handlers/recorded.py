"""What is recorded and never answered: loops, automatic mail, and what is addressed to nobody here (RFC 3834 §2)."""

from handlers.context import Context, Incoming, Outcome


def handle(incoming: Incoming, _ctx: Context) -> Outcome:
    """The outcome has the name of its kind."""
    return Outcome(incoming.kind.value, "own-copy" if incoming.own_copy else "")
