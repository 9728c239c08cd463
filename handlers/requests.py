"""One command of a mail, read: what all commands share, and how often they are answered."""

import re
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass

from config.render import Rendered
from handlers.context import Context, Incoming
from handlers.mail.commands import MAX_COMMANDS, Command, parse_commands
from handlers.mail.parts import pick_part
from handlers.notices import is_known, language_of, may_answer, render_notice
from handlers.wish_words import is_wish
from handlers.words import argument_words, find_language, get_lexicon, part_words, teach_command

TEXTS_A_DAY, TEXTS_OF_A_STRANGER = 20, 8
"""A forged sender must not fill the mailbox of somebody who never wrote."""
TEXTS_A_MAIL = 3
"""A small mail with a forged sender must not bring its victim a large one."""
WORDS_ALONE = 4
"""A text of more words is what somebody has to say, whatever it begins with."""

_NUMBERED = ("get", "translate", "release", "attachment", "edit", "withdraw", "abstract")
"""Commands about a contribution; in answer to a mail about one they need not say which."""
WISHES = ("mode", "budget")
"""Commands that are read in a way of their own."""
FREE = ("search", "also")
"""Commands behind which anything may stand."""
# Once folded: "12", "#12", "no. 12", "n° 12", "núm. 12", in the digits of any script.
_NUMBER = re.compile(r"#?(?:n\.?(?:o|um|umero|umber)?[.°]*|رقم)?#?(\d{1,9})")


@dataclass(frozen=True, slots=True)
class Request:
    """One command of one mail; `language` is the one to answer in.

    `named` are the forum's languages that it names, in order; `said` the other words that commands know: "both",
    "weekly", "stop", "synthesis". `number` is the first of its numbers, or that of the contribution which the mail
    answers.
    """

    command: Command
    incoming: Incoming
    language: str
    number: int | None
    part: int
    numbers: tuple[int, ...] = ()
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


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a long text, as templates show it; `following` is the command for the next one."""

    text: str
    part: int
    parts: int
    following: str


def read_request(command: Command, incoming: Incoming, ctx: Context) -> Request:
    """What stands behind the command's own word: numbers, a part, languages, words."""
    languages = ctx.settings.languages
    known = argument_words(languages)
    numbers: list[int] = []
    words: set[str] = set()
    part, expects_part = 1, False
    for word in command.arguments:
        if figures := _NUMBER.fullmatch(word):
            if expects_part:
                part = int(figures[1])
            else:
                numbers.append(int(figures[1]))
            expects_part = False
        elif word in part_words(languages):
            expects_part = True
        elif word in known:
            words.add(known[word])
    if not numbers and command.name in _NUMBERED:
        numbers = _find_answered(incoming, ctx)
    named = _list_named(command.arguments, languages, two="both" in words)
    return Request(
        command=command,
        incoming=incoming,
        language=_choose_language(command, named, incoming, ctx),
        number=numbers[0] if numbers else None,
        part=part,
        numbers=tuple(numbers),
        named=named,
        said=frozenset(words),
    )


def _list_named(arguments: Sequence[str], languages: tuple[str, ...], *, two: bool) -> tuple[str, ...]:
    """The languages that are named: "12 en francés" names one, though "en" is the code of another; not where `two` are meant."""
    found = [find_language(word, languages) for word in arguments]
    named = [
        language
        for place, language in enumerate(found)
        if language
        and (two or not (arguments[place] == "en" and place + 1 < len(found) and found[place + 1]))
    ]
    return tuple(dict.fromkeys(named))


def _find_answered(incoming: Incoming, ctx: Context) -> list[int]:
    """The number of the contribution whose mail is answered: by its address, or because we sent it."""
    if incoming.to and incoming.to.kind in ("reply", "translation") and incoming.to.number:
        return [incoming.to.number]
    answered = incoming.answered.contribution_id if incoming.answered else None
    contribution = ctx.uow.contributions.find_contribution(answered)
    return [contribution.number] if contribution and contribution.number else []


def _choose_language(command: Command, named: tuple[str, ...], incoming: Incoming, ctx: Context) -> str:
    """That of the list written to; else the sender's own, where the word is one of it too; else the word's.

    English is everybody's: whoever chose a language is answered in it, and "leave fr", which the button of a mail
    program sends for them, in the language of that list.
    """
    email = incoming.author_email
    if incoming.to and incoming.to.language:
        return language_of(ctx, email, incoming.to.language)
    own, lists = language_of(ctx, email), ctx.uow.people.languages(email)
    if own in command.languages or (not command.name and lists):
        return own
    if "en" in command.languages:
        if ctx.uow.people.find_language(email):
            return own
        if command.name == "leave" and named and named[0] in lists:
            return named[0]
    said = (language for language in command.languages if language in ctx.settings.languages)
    return language_of(ctx, email, next(said, None))


def is_command(subject: str, ctx: Context) -> bool:
    """Whether a subject is a command, whatever the mail says."""
    return any(command.name for command in parse_commands(subject, "", get_lexicon(ctx.settings.languages)))


def is_command_alone(text: str, ctx: Context) -> bool:
    """Whether a text, its quotes and signature cut, is one command of at most four words and nothing else.

    In answer to a mail of ours that is what it is, also where the answer goes to a list: "get", "next",
    "translate 12 fr", "leave", "help". Whatever holds a word that no command reads is something to say.
    """
    return len(text.split()) <= WORDS_ALONE and len(text.split("\n")) == 1 and is_commands_only(text, ctx)


def is_commands_only(text: str, ctx: Context, *, free: Collection[str] = ()) -> bool:
    """Whether every line of a text is a command all of whose words are understood.

    Behind the commands in `free` anything may stand.
    """
    lexicon = get_lexicon(ctx.settings.languages)
    lines = [line for line in text.splitlines() if line.strip()]
    commands = [
        command for line in lines[: MAX_COMMANDS + 1] for command in parse_commands("", line, lexicon)
    ]
    return 0 < len(lines) <= MAX_COMMANDS and all(
        command.name and (command.name in free or _is_understood(command, ctx)) for command in commands
    )


def _is_understood(command: Command, ctx: Context) -> bool:
    languages = ctx.settings.languages
    if command.name in WISHES:
        return is_wish(command.name, command.arguments, languages)
    known, parts = argument_words(languages), part_words(languages)
    return all(
        word in known or word in parts or _NUMBER.fullmatch(word) or find_language(word, languages)
        for word in command.arguments
    )


def find_own_language(request: Request, ctx: Context) -> str:
    """The language of whoever asks: of their own list, else of the command's word."""
    return language_of(ctx, request.email) if ctx.uow.people.languages(request.email) else request.language


def may_have_text(request: Request, ctx: Context) -> bool:
    """Count one text for whoever asks; False where the address has had its texts of today."""
    most = TEXTS_A_DAY if is_known(ctx, request.email) else TEXTS_OF_A_STRANGER
    return ctx.uow.people.allow(request.email, "text", most)


def is_proven(request: Request, ctx: Context) -> bool:
    """Whether it answers a mail that its sender, and nobody else, was sent: the name of such a mail cannot be guessed."""
    answered = request.incoming.answered
    return answered is not None and ctx.uow.outbox.is_only_for(answered, request.email)


def remember_part(request: Request, ctx: Context, command_line: str, part: int, parts: int) -> None:
    """Whoever asks has now had a part of a long text: "next" goes on from there.

    `command_line` is the English line that asks for the same text, in the same language, without a part.
    """
    if parts > 1:
        ctx.uow.readings.keep(request.email, command_line, part, parts)


def take_part(request: Request, ctx: Context, command_line: str, text: str, language: str) -> Part:
    """The part of a text that is asked for, remembered as `remember_part` says; in a mail in a language."""
    shown, part, parts = pick_part(text, request.part)
    remember_part(request, ctx, command_line, part, parts)
    return Part(shown, part, parts, teach_command(f"{command_line} part {part + 1}", language))


def render_part(
    request: Request, ctx: Context, command_line: str, template: str, **values: object
) -> Rendered | None:
    """What a template says, in parts that fit a small mail; None where the address has had its texts of today."""
    if not may_have_text(request, ctx):
        return None
    whole = render_notice(ctx, template, request.language, **values)
    part = take_part(request, ctx, command_line, whole.body, request.language)
    return render_notice(ctx, "in_parts", request.language, subject=whole.subject, **asdict(part))


def answer_once_a_day(
    request: Request, ctx: Context, template: str, language: str, **values: object
) -> Rendered | None:
    """A word about what cannot be done; None where the address has had that one today."""
    if not may_answer(ctx, request.email, template):
        return None
    return render_notice(ctx, template, request.language, list_language=language, **values)
