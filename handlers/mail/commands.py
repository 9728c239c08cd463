"""Reads the commands of a mail: in its subject, or one a line in its text; forgiving as a human reader would be.

Case, accents (Unicode normalization form KD, UAX #15), quotation marks and closing punctuation make no difference.
A letter that came to the wrong address must not be answered with an error for each of its lines.
"""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher, get_close_matches

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
_MORE_ARGUMENTS = {"search": 12, "mode": 9}
"""Commands behind which more may stand."""
_MAX_UNKNOWN = 3
"""Unknown lines in a row, or in a mail without any command, after which it is a letter."""
_NEAR = 0.72
"""difflib's ratio: "jion" is near "join", "john" too; "hello" is not near "help"."""

_MARKS = ".,;:!?¡¿…؟،؛«»“”„‟\"'‘’‚‹›`´*_<>()[]-–—•·"


@dataclass(frozen=True, slots=True)
class Command:
    """One line: a command by its name, or an unknown line (no name) with the word that is nearest."""

    name: str
    language: str
    arguments: tuple[str, ...]
    line: str
    nearest: str = ""


@dataclass(frozen=True, slots=True)
class _Known:
    """Folded words → (name, language); how many words the longest has; folded text → its own spelling."""

    names: Mapping[tuple[str, ...], tuple[str, str]]
    longest: int
    spellings: Mapping[str, str]


def parse_commands(subject: str, text: str, vocabulary: Vocabulary) -> tuple[Command, ...]:
    """The commands of a mail whose quotes and signature are cut, unknown lines among them; () for an empty mail.

    A subject that is no command counts only where there is nothing else: people write "hello" there. Below one
    that is, unknown lines are thanks and greetings.
    """
    known = _read_vocabulary(vocabulary)
    title = _read_line(_without_prefixes(subject), known)
    if title and title.name == END:
        title = None
    found = _read_lines(text, known)
    if title and (title.name or not found):
        found = [title, *(command for command in found if command.name)]
    return tuple(_without_repeats(found)[:MAX_COMMANDS])


def fold_words(text: str) -> tuple[str, ...]:
    """The words of a line as they are compared: no case, no accents, no marks around them."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().replace("\u2019", "'"))
    plain = "".join(char for char in decomposed if char.isspace() or not _is_unseen(char))
    return tuple(word for part in plain.casefold().split() if (word := part.strip(_MARKS)))


def _is_unseen(char: str) -> bool:
    return bool(unicodedata.combining(char)) or unicodedata.category(char) in ("Cf", "Cc")


def _read_vocabulary(vocabulary: Vocabulary) -> _Known:
    """Where two languages share a word, the first has it."""
    names: dict[tuple[str, ...], tuple[str, str]] = {}
    spellings: dict[str, str] = {}
    for language, commands in vocabulary.items():
        for name, all_words in commands.items():
            for spelling in all_words:
                if words := fold_words(spelling):
                    names.setdefault(words, (name, language))
                    if name != END:
                        spellings.setdefault(" ".join(words), spelling)
    return _Known(names, max(map(len, names), default=0), spellings)


def _read_lines(text: str, known: _Known) -> list[Command]:
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


def _read_line(line: str, known: _Known) -> Command | None:
    """The command that a line is, or the unknown line; None for one without words."""
    shown = " ".join(line[: 4 * _MAX_LINE].split())[:_MAX_LINE].rstrip()
    words = fold_words(shown)
    if not words:
        return None
    for count in range(min(known.longest, len(words)), 0, -1):
        arguments = words[count:]
        if words[:count] in known.names:
            name, language = known.names[words[:count]]
            most = 0 if name == END else _MORE_ARGUMENTS.get(name, _MAX_ARGUMENTS)
            if len(arguments) <= most:
                return Command(name, language, arguments, shown)
    return Command("", "", words, shown, _find_nearest(words, known))


def _find_nearest(words: tuple[str, ...], known: _Known) -> str:
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
    prefix = PREFIX.match(text)
    return text[prefix.end() :] if prefix else text


def _without_repeats(commands: Iterable[Command]) -> list[Command]:
    seen: dict[object, Command] = {}
    for command in commands:
        seen.setdefault((command.name, command.arguments), command)
    return list(seen.values())
