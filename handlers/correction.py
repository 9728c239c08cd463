"""A corrected text: the answer to a receipt. It waits for a moderator, because From can be forged."""

from handlers.context import Context, Incoming, Outcome
from handlers.mail.titles import find_title
from handlers.submit import Submission, submit
from store.contributions import HELD, WITHDRAWN


def handle(incoming: Incoming, ctx: Context) -> Outcome:
    """A new revision of the version that the receipt was for; what its author replaces no longer waits."""
    answered = incoming.answered
    post = ctx.uow.contributions.find_post(answered.revision_id if answered else None)
    if post is None:
        title = find_title(incoming.mail.subject, incoming.text, answers_notice=True)
        return submit(Submission(incoming, incoming.language, title, incoming.text), ctx)
    outcome = submit(
        Submission(
            incoming=incoming,
            language=post.version.language,
            title=post.revision.title,
            text=incoming.text,
            contribution=post.contribution,
            role=post.version.role,
            correction=True,
        ),
        ctx,
    )
    by_author = incoming.author_email == post.revision.author_email and incoming.mail.author_count == 1
    if outcome.name == HELD and by_author and post.revision.state == HELD:
        ctx.uow.contributions.set_state(post, WITHDRAWN)
        ctx.uow.tokens.end_for_revision(post.revision_id)
        if post.revision.delivery_id is not None:
            ctx.uow.deliveries.change_outcome(post.revision.delivery_id, WITHDRAWN)
    return outcome
