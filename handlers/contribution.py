"""A contribution: a text on a language's list that answers nothing, or answers an announcement of ours."""

from handlers.belonging import DIGEST
from handlers.context import Context, Incoming, Outcome
from handlers.linking.signals import find_code
from handlers.mail.titles import find_title
from handlers.submission import Submission
from handlers.submit import submit


def handle(incoming: Incoming, ctx: Context) -> Outcome:
    """Held or published on the list it was sent to.

    One that names a contribution which is not there is a contribution all the same; a moderator looks at it.
    """
    names_unknown = (
        incoming.signal is not None
        or (incoming.to is not None and incoming.to.number is not None)
        or (incoming.answered is None and find_code(incoming.mail.subject) is not None)
        # In answer to many texts: a comment on one of them, or something new.
        or (incoming.answered is not None and incoming.answered.kind == DIGEST)
    )
    return submit(
        Submission(
            incoming=incoming,
            language=incoming.language,
            title=find_title(
                incoming.mail.subject, incoming.text, answers_notice=incoming.answered is not None
            ),
            text=incoming.text,
            doubtful_link=names_unknown and incoming.subject_of is None,
        ),
        ctx,
    )
