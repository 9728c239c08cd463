"""A corrected text: the answer to a receipt. It waits for a moderator, because From can be forged."""

from handlers.context import Context, Incoming, Outcome
from handlers.mail.titles import find_title, follow_title
from handlers.submit import Submission, submit


def handle(incoming: Incoming, ctx: Context) -> Outcome:
    """A new revision of the version that the receipt was for; the earlier text stays until this one is published."""
    answered = incoming.answered
    post = ctx.uow.contributions.find_post(answered.revision_id if answered else None)
    if post is None:
        title = find_title(incoming.mail.subject, incoming.text, answers_notice=True)
        return submit(Submission(incoming, incoming.language, title, incoming.text), ctx)
    return submit(
        Submission(
            incoming=incoming,
            language=post.version.language,
            title=follow_title(post.revision.title, post.revision.text, incoming.text),
            text=incoming.text,
            contribution=post.contribution,
            role=post.version.role,
            correction=True,
        ),
        ctx,
    )
