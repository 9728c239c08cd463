"""Commands by mail: in the subject, one a line in the body, or by address alone; each is answered in a module of its own.

The answer is one mail with each answer in order; what changes a subscription is confirmed by an answer first, and a
text to translate comes in a mail of its own.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from config.addresses import parse_address
from config.render import Rendered
from handlers.abstract_mail import answer_abstract
from handlers.attached import answer_attachment
from handlers.budget import answer_budget
from handlers.claims import answer_release
from handlers.contents import answer_counts, answer_list, answer_phases
from handlers.context import Context, Incoming, Outcome
from handlers.fitting import Fitted, answer_within
from handlers.following import answer_next, follow
from handlers.handout import answer_translate
from handlers.helping import answer_help
from handlers.mail.commands import Command, parse_commands
from handlers.mail.titles import clean_subject
from handlers.modes import answer_mode
from handlers.notices import enqueue_answer, language_of, may_answer, render_notice
from handlers.own import answer_edit, answer_mine
from handlers.printing import answer_print
from handlers.reading import answer_get, answer_synthesis
from handlers.requests import TEXTS_A_MAIL, Request, read_request
from handlers.search import answer_search
from handlers.status import answer_language, answer_status
from handlers.subscribing import (
    answer_also,
    answer_forget,
    answer_join,
    answer_leave,
    ask_to_confirm,
    tell_if_asked,
)
from handlers.wanted import WEEKLY, answer_wanted
from handlers.withdrawing import answer_withdraw
from handlers.words import get_lexicon

MOST_UNKNOWN = 5
"""Lines that are named: a mail with a forged sender brings its victim no letter."""


def handle(incoming: Incoming, ctx: Context) -> Outcome:
    """Answer every command of a mail in one mail; an empty mail to the forum's address gets the help."""
    if not incoming.live:
        return Outcome("command", "archive")
    if not incoming.author_email or incoming.mail.author_count != 1:
        return Outcome("command", "no-author")
    author = parse_address(ctx.settings, incoming.author_email)
    if author is not None and author.kind in ("list", "subscription"):
        # A forged sender: the answer would go to all readers of a list.
        return Outcome("command", "list-address")
    commands = _commands(incoming, ctx)
    requests = [follow(read_request(command, incoming, ctx), ctx) for command in commands]
    texts = [request for request in requests if request.command.name in TEXTS]
    requests = [request for request in requests if request not in texts[TEXTS_A_MAIL:]]
    fitted = answer_within([(request, ANSWERS[request.command.name]) for request in requests], ctx)
    too_many = len(texts) > TEXTS_A_MAIL
    if fitted.answers and (asked := tell_if_asked(requests[0], ctx)):
        fitted = replace(fitted, answers=(*fitted.answers, asked))
    ask_to_confirm(requests, ctx)
    # What is translated has come in mails of its own: that there were too many is to be said all the same.
    if fitted.answers or (too_many and may_answer(ctx, incoming.author_email, "limit")):
        _answer(incoming, ctx, _choose_language(requests, ctx), fitted, too_many)
    return Outcome("command", requests[0].command.name or "unknown")


def _commands(incoming: Incoming, ctx: Context) -> tuple[Command, ...]:
    """By address alone whatever the mail says; else what it says; else help."""
    kind = incoming.to.kind if incoming.to else ""
    help_alone = Command("help", "", (), "")
    if kind in ("join", "leave", "help"):
        return (Command(kind, "", (), kind),)
    lexicon = get_lexicon(ctx.settings.languages)
    commands = parse_commands(_subject(incoming), incoming.text, lexicon) or (help_alone,)
    if incoming.answered is not None and incoming.answered.kind == WEEKLY:
        # "stop" in answer to the weekly list is meant for that list alone.
        return tuple(_as_stop(command) for command in commands)
    return commands


def _subject(incoming: Incoming) -> str:
    """The subject, where it may be a command: what we wrote is none, and a list's subject has a topic."""
    subject, answered = incoming.mail.subject, incoming.answered
    ours = answered is not None and clean_subject(subject) == clean_subject(answered.subject)
    return "" if ours or (incoming.to is not None and incoming.to.kind != "commands") else subject


def _as_stop(command: Command) -> Command:
    alone = command.name == "leave" and not command.arguments
    return replace(command, name="wanted", arguments=("stop",)) if alone else command


def _unknown(request: Request, ctx: Context) -> Rendered | None:
    """All such lines of a mail at the place of the first."""
    if not may_answer(ctx, request.email, "error"):
        return None
    lines = [
        (command.line, command.nearest) for command in _commands(request.incoming, ctx) if not command.name
    ]
    return render_notice(ctx, "unknown", request.language, lines=tuple(lines[:MOST_UNKNOWN]))


def _choose_language(requests: Sequence[Request], ctx: Context) -> str:
    """That of the first answer; of a language that was chosen just now, which the answer is in already."""
    request = requests[0]
    if len(requests) == 1 and request.command.name == "language":
        return language_of(
            ctx, request.email, ctx.uow.people.find_language(request.email) or request.language
        )
    return request.language


def _answer(incoming: Incoming, ctx: Context, language: str, fitted: Fitted, asked_too_much: bool) -> None:
    rendered = render_notice(
        ctx,
        "answers",
        language,
        bodies=tuple(answer.body.strip("\n") for answer in fitted.answers),
        subject=fitted.answers[0].subject if len(fitted.answers) == 1 else "",
        limit=TEXTS_A_MAIL if asked_too_much else 0,
        left=fitted.left,
    )
    enqueue_answer(ctx, incoming, "answers", f"{incoming.delivery_id}", language, rendered)


TEXTS = ("synthesis", "get", "wanted", "translate", "print", "search", "edit", "attachment")
"""What is answered with a text."""

ANSWERS: Mapping[str, Callable[[Request, Context], Rendered | None]] = {
    "": _unknown,
    "next": answer_next,
    "phases": answer_phases,
    "list": answer_list,
    "counts": answer_counts,
    "mine": answer_mine,
    "edit": answer_edit,
    "withdraw": answer_withdraw,
    "attachment": answer_attachment,
    "help": answer_help,
    "join": answer_join,
    "leave": answer_leave,
    "synthesis": answer_synthesis,
    "search": answer_search,
    "get": answer_get,
    "wanted": answer_wanted,
    "translate": answer_translate,
    "mode": answer_mode,
    "budget": answer_budget,
    "release": answer_release,
    "abstract": answer_abstract,
    "also": answer_also,
    "forget": answer_forget,
    "language": answer_language,
    "status": answer_status,
    "print": answer_print,
}
