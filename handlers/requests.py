"""One command of a mail, read: what all commands share, and how often they are answered."""

from dataclasses import dataclass

from config.render import Rendered
from handlers.context import Context, Incoming
from handlers.mail.commands import Command, parse_commands
from handlers.notices import language_of, may_answer, render_notice
from handlers.words import argument_words, command_words, find_language, part_words

TEXTS_A_DAY = 20
TEXTS_A_MAIL = 3
"""A small mail with a forged sender must not bring its victim a large one."""


@dataclass(frozen=True, slots=True)
class Request:
    """One command of one mail; `language` is the one to answer in.

    `named` are the forum's languages that it names, in order; `said` the other words that commands know: "both",
    "weekly", "stop", "synthesis".
    """

    command: Command
    incoming: Incoming
    language: str
    number: int | None
    part: int
    named: tuple[str, ...] = ()
    said: frozenset[str] = frozenset()

    @property
    def wanted(self) -> str | None:
        """The forum's language that the command names."""
        return self.named[0] if self.named else None

    @property
    def email(self) -> str:
        """Whom to answer."""
        return self.incoming.author_email


def read_request(command: Command, incoming: Incoming, ctx: Context) -> Request:
    """What stands behind the command's own word: numbers, a part, languages, words."""
    languages = ctx.settings.languages
    known = argument_words(languages)
    numbers: list[int] = []
    named: list[str] = []
    words: set[str] = set()
    part, expects_part = 1, False
    for word in command.arguments:
        figures = word.lstrip("#")
        if figures.isascii() and figures.isdigit() and len(figures) <= 9:
            if expects_part:
                part = int(figures)
            else:
                numbers.append(int(figures))
            expects_part = False
        elif word in part_words(languages):
            expects_part = True
        elif word in known:
            words.add(known[word])
        elif language := find_language(word, languages):
            named.append(language)
    said = (incoming.to.language if incoming.to else None) or command.language or None
    return Request(
        command=command,
        incoming=incoming,
        language=language_of(ctx, incoming.author_email, said),
        number=numbers[0] if numbers else None,
        part=part,
        named=tuple(dict.fromkeys(named)),
        said=frozenset(words),
    )


def is_command(subject: str, ctx: Context) -> bool:
    """Whether a subject is a command, whatever the mail says."""
    return any(command.name for command in parse_commands(subject, "", command_words(ctx.settings.languages)))


def find_own_language(request: Request, ctx: Context) -> str:
    """The language of whoever asks: of their own list, else of the command's word."""
    return language_of(ctx, request.email) if ctx.uow.people.languages(request.email) else request.language


def may_have_text(request: Request, ctx: Context) -> bool:
    """Count one text for whoever asks; False where the address has had its texts of today."""
    return ctx.uow.people.allow(request.email, "text", TEXTS_A_DAY)


def answer_once_a_day(
    request: Request, ctx: Context, template: str, language: str, **values: object
) -> Rendered | None:
    """A word about what cannot be done; None where the address has had that one today."""
    if not may_answer(ctx, request.email, template):
        return None
    return render_notice(ctx, template, request.language, list_language=language, **values)
