"""The table: kind of message → its handler. A new kind is a row here, one in `classify`, and one file."""

from collections.abc import Callable, Mapping

from handlers import (
    abstract,
    appeal,
    approval,
    bounce,
    command,
    comment,
    confirmation,
    contribution,
    correction,
    postmaster,
    recorded,
    review,
    synthesis,
    translation,
    unsubscribe,
)
from handlers.classify import Kind
from handlers.context import Context, Incoming, Outcome

Handler = Callable[[Incoming, Context], Outcome]

HANDLERS: Mapping[Kind, Handler] = {
    Kind.LOOP: recorded.handle,
    Kind.AUTOMATIC: recorded.handle,
    Kind.MISADDRESSED: recorded.handle,
    Kind.BOUNCE: bounce.handle,
    Kind.UNSUBSCRIBE: unsubscribe.handle,
    Kind.DECISION: approval.handle,
    Kind.CONFIRMATION: confirmation.handle,
    Kind.COMMAND: command.handle,
    Kind.SYNTHESIS: synthesis.handle,
    Kind.ABSTRACT: abstract.handle,
    Kind.REVIEW: review.handle,
    Kind.TRANSLATION: translation.handle,
    Kind.CORRECTION: correction.handle,
    Kind.COMMENT: comment.handle,
    Kind.APPEAL: appeal.handle,
    Kind.CONTRIBUTION: contribution.handle,
    Kind.POSTMASTER: postmaster.handle,
}
