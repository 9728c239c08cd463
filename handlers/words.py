"""The words that people may use: answers of moderators, commands, "Translation of"; from every language's catalogue.

English always works, beside the forum's own languages.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache

from config.i18n import Catalogue, get_catalogue
from handlers.mail.answers import Verdict
from handlers.mail.commands import fold_words

Vocabulary = Mapping[str, Mapping[str, tuple[str, ...]]]


@lru_cache
def answer_words(languages: tuple[str, ...]) -> Mapping[Verdict, tuple[str, ...]]:
    """Every word that decides, in any of the forum's languages."""
    found: dict[Verdict, tuple[str, ...]] = {}
    for catalogue in _catalogues(languages):
        words: dict[Verdict, str] = {
            "approve": catalogue.pgettext(
                "answers that approve",
                "ok | okay | yes | yes please | accept | approve | publish | confirm | I confirm",
            ),
            "reject": catalogue.pgettext("answers that reject", "no | reject | return"),
            "discard": catalogue.pgettext("answers that discard", "drop | discard | spam"),
            "undo": catalogue.pgettext("answers that undo", "undo"),
            "move": catalogue.pgettext("answers that move, before a language", "move | move to"),
            "split": catalogue.pgettext("answers that split a text in two languages", "split"),
        }
        for verdict, text in words.items():
            found[verdict] = (*found.get(verdict, ()), *catalogue.words(text))
    return found


@lru_cache
def command_words(languages: tuple[str, ...]) -> Vocabulary:
    """Language → command → its words, the one we teach first."""
    return {
        catalogue.language: {
            "help": catalogue.words(catalogue.pgettext("command", "help | info")),
            "join": catalogue.words(catalogue.pgettext("command", "join | subscribe")),
            "leave": catalogue.words(catalogue.pgettext("command", "leave | unsubscribe | stop")),
            "synthesis": catalogue.words(catalogue.pgettext("command", "synthesis")),
            "also": catalogue.words(catalogue.pgettext("command", "also")),
            "get": catalogue.words(catalogue.pgettext("command", "get")),
        }
        for catalogue in _catalogues(languages)
    }


@lru_cache
def part_words(languages: tuple[str, ...]) -> frozenset[str]:
    """What stands before the number of a part, folded as arguments are."""
    return frozenset(
        folded
        for catalogue in _catalogues(languages)
        for word in catalogue.words(catalogue.pgettext("command", "part"))
        for folded in fold_words(word)
    )


@lru_cache
def translation_phrases(languages: tuple[str, ...]) -> tuple[str, ...]:
    """What stands before the number in a translation's first line or subject."""
    return tuple(
        phrase
        for catalogue in _catalogues(languages)
        for phrase in catalogue.words(
            catalogue.pgettext(
                "before a number", "Translation of | Translation of contribution | English version of"
            )
        )
    )


@lru_cache
def language_names(languages: tuple[str, ...]) -> Mapping[str, str]:
    """Code and names of each of the forum's languages, in all of them and in English → its code."""
    names = {
        catalogue.language_name(language): language
        for catalogue in _catalogues(languages)
        for language in languages
    }
    return names | {language: language for language in languages}


@lru_cache
def byline_words(languages: tuple[str, ...]) -> tuple[str, ...]:
    """What stands before the name of an author, in a first line "by: NAME, PLACE" of somebody who sends their text."""
    return tuple(
        word
        for catalogue in _catalogues(languages)
        for word in catalogue.words(catalogue.pgettext("before an author's name", "by | written by"))
    )


def find_language(word: str, languages: Sequence[str]) -> str | None:
    """The forum's language that a code or a name in any of its languages means."""
    folded = fold_words(word)
    for language in languages:
        names = {language, *(get_catalogue(reader).language_name(language) for reader in languages)}
        if folded in {fold_words(name) for name in names}:
            return language
    return None


def _catalogues(languages: Sequence[str]) -> list[Catalogue]:
    return [get_catalogue(language) for language in dict.fromkeys((*languages, "en"))]
