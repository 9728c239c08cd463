"""An author's answer to a returned text: it goes to the moderators of the list."""

from handlers.context import Context, Incoming, Outcome
from handlers.forward import forward


def handle(incoming: Incoming, ctx: Context) -> Outcome:
    """Passed on as a letter; sending the text again to the list is what has it looked at again."""
    language = incoming.answered.language if incoming.answered else ctx.forum_language
    forward(incoming, ctx, "appeal", ctx.settings.moderators(language), language)
    return Outcome("appeal", "to-moderators")
