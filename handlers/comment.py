"""A comment: an answer to a contribution, kept under it and numbered like it."""

from handlers.belonging import DIGEST
from handlers.context import Context, Incoming, Outcome
from handlers.mail.titles import find_title
from handlers.submission import Submission
from handlers.submit import submit


def handle(incoming: Incoming, ctx: Context) -> Outcome:
    """Held or published under its parent; an answer to nothing that we know is held as a contribution."""
    return submit(
        Submission(
            incoming=incoming,
            language=incoming.language,
            title=find_title(
                incoming.mail.subject,
                incoming.text,
                # The subject of a digest is ours; that of a publication is the title of what is commented.
                answers_notice=incoming.answered is not None and incoming.answered.kind == DIGEST,
            ),
            text=incoming.text,
            parent=incoming.subject_of,
            doubtful_link=incoming.subject_of is None,
        ),
        ctx,
    )
