"""Reads the commands of a mail: in its subject, or one a line in its text; forgiving as a human reader would be.

Case, accents (Unicode normalization form KD, UAX #15), quotation marks and closing punctuation make no difference.
A letter that came to the wrong address must not be answered with an error for each of its lines.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from difflib import SequenceMatcher, get_close_matches

from handlers.mail.letters import fold_letters
from handlers.mail.titles import PREFIX

Vocabulary = Mapping[str, Mapping[str, Iterable[str]]]
"""Language → name of the command → its words."""

MAX_COMMANDS = 20
END = "end"
"""The name whose words stop the reading."""

_MAX_LINE = 200
"""Characters of a line that are read and kept."""
_MAX_ARGUMENTS = 6
"""A line that goes on for longer is a sentence that happens to begin with a command's word."""
_MORE_ARGUMENTS = {"search": 14, "mode": 9}
"""Commands behind which more may stand."""
_MAX_UNKNOWN = 3
"""Unknown lines in a row, or in a mail without any command, after which it is a letter."""
_NEAR = 0.72
"""difflib's ratio: "jion" is near "join", "john" too; "hello" is not near "help"."""

_COURTESY = 3
"""Words of a greeting above commands, or of thanks and a name below them, which nobody need be told about."""
_TAG = re.compile(r"\[[^\[\]#]{1,40}\]\s*")
"""What a list puts before a subject; no code of ours."""
_TOGETHER = re.compile(r"([^\W\d_]+)(\d{1,9})")
""" "get12", as telephones write it."""

_MARKS = ".,;:!?¡¿…؟،؛«»“”„‟\"'‘’‚‹›`´*_<>()[]-–—•·"


@dataclass(frozen=True, slots=True)
class Command:
    """One line: a command by its name, or an unknown line (no name) with the word that is nearest.

    `language` is the first that has the word, `languages` are all that have it for the same command; of an unknown
    line, those of the nearest word.
    """

    name: str
    language: str
    arguments: tuple[str, ...]
    line: str
    nearest: str = ""
    languages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Folded words → (name, languages); how many words the longest has; folded text → its own spelling."""

    names: Mapping[tuple[str, ...], tuple[str, tuple[str, ...]]]
    longest: int
    spellings: Mapping[str, str]


def parse_commands(subject: str, text: str, vocabulary: Vocabulary | Lexicon) -> tuple[Command, ...]:
    """The commands of a mail whose quotes and signature are cut, unknown lines among them; () for an empty mail.

    A subject that is no command counts only where there is nothing else: people write "hello" there. Below one
    that is, unknown lines are thanks and greetings.
    """
    known = vocabulary if isinstance(vocabulary, Lexicon) else read_vocabulary(vocabulary)
    title = _read_line(_without_prefixes(subject), known)
    if title and title.name == END:
        title = None
    found = _read_lines(text, known)
    if title and (title.name or not found):
        found = [title, *(command for command in found if command.name)]
    named = [command if command.name else _name_nearest(command, known) for command in found]
    return tuple(_without_repeats(_without_courtesies(named))[:MAX_COMMANDS])


def fold_words(text: str) -> tuple[str, ...]:
    """The words of a line as they are compared: no case, no accents, Arabic as it is mostly written, no marks around."""
    return tuple(word for part in fold_letters(text).split() if (word := part.strip(_MARKS)))


def read_vocabulary(vocabulary: Vocabulary) -> Lexicon:
    """A vocabulary as it is looked up. A word that means different things in two languages means what it does in the first."""
    names: dict[tuple[str, ...], tuple[str, tuple[str, ...]]] = {}
    spellings: dict[str, str] = {}
    for language, commands in vocabulary.items():
        for name, all_words in commands.items():
            for spelling in all_words:
                if words := fold_words(spelling):
                    first, languages = names.setdefault(words, (name, (language,)))
                    if first == name and language not in languages:
                        names[words] = (name, (*languages, language))
                    if name != END:
                        spellings.setdefault(" ".join(words), spelling)
    return Lexicon(names, max(map(len, names), default=0), spellings)


def _read_lines(text: str, known: Lexicon) -> list[Command]:
    """Every known line, and the unknown ones near them; thanks and a name below are no misspelt commands."""
    found: list[Command] = []
    unknown, after_blank, heard = 0, False, False
    for line in text.splitlines():
        command = _read_line(line, known)
        if command is None:
            after_blank = after_blank or not line.strip()
            continue
        if heard and after_blank and not command.name:
            # Another paragraph than a command's: it counts again when it holds one.
            continue
        if unknown == _MAX_UNKNOWN:  # and here is one more line: a letter
            return found if heard else found[:1]
        if command.name == END or len(found) == MAX_COMMANDS:
            break
        found.append(command)
        if command.name:
            unknown, after_blank, heard = 0, False, True
        else:
            unknown += 1
    return found


def _read_line(line: str, known: Lexicon) -> Command | None:
    """The command that a line is, or the unknown line; None for one without words."""
    shown = " ".join(line[: 4 * _MAX_LINE].split())[:_MAX_LINE].rstrip()
    words = fold_words(shown)
    if not words:
        return None
    together = _TOGETHER.fullmatch(words[0])
    if together and (together[1],) in known.names:
        words = (together[1], together[2], *words[1:])
    for count in range(min(known.longest, len(words)), 0, -1):
        arguments = words[count:]
        if words[:count] in known.names:
            name, languages = known.names[words[:count]]
            most = 0 if name == END else _MORE_ARGUMENTS.get(name, _MAX_ARGUMENTS)
            if len(arguments) <= most:
                return Command(name, languages[0], arguments, shown, languages=languages)
    return Command("", "", words, shown)


def _name_nearest(command: Command, known: Lexicon) -> Command:
    """An unknown line with the word that is nearest: slow, so only of those that are answered."""
    nearest = _find_nearest(command.arguments, known)
    _, languages = known.names.get(fold_words(nearest), ("", ()))
    return replace(command, nearest=nearest, languages=languages)


def _find_nearest(words: tuple[str, ...], known: Lexicon) -> str:
    """The spelling of the known word that is nearest to the beginning of a line."""
    best, nearest = 0.0, ""
    for count in range(1, min(known.longest, len(words)) + 1):
        said = " ".join(words[:count])[:40]
        for near in get_close_matches(said, known.spellings, n=1, cutoff=_NEAR):
            ratio = SequenceMatcher(None, said, near).ratio()
            if ratio > best:
                best, nearest = ratio, known.spellings[near]
    return nearest


def _without_prefixes(subject: str) -> str:
    text = " ".join(subject[: 4 * _MAX_LINE].split())
    while found := PREFIX.match(text) or _TAG.match(text):
        text = text[found.end() :]
    return text


def _without_courtesies(found: list[Command]) -> list[Command]:
    """Without "Hello," above the commands and "Thanks" or a name right below them."""
    if not any(command.name for command in found):
        return found
    start = 1 if _is_courtesy(found[0]) else 0
    end = -1 if _is_courtesy(found[-1]) else None
    return found[start:end]


def _is_courtesy(command: Command) -> bool:
    """A few words without a number, which are near no command or end as a greeting does."""
    greets = not command.nearest or command.line.endswith((",", "!", "\u060c"))
    short = len(command.arguments) <= _COURTESY and not any(map(str.isdecimal, command.line))
    return not command.name and greets and short


def _without_repeats(commands: Iterable[Command]) -> list[Command]:
    seen: dict[object, Command] = {}
    for command in commands:
        seen.setdefault((command.name, command.arguments), command)
    return list(seen.values())
