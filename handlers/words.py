"""The words that people may use: answers of moderators, commands, "Translation of"; from every language's catalogue.

English always works, beside the forum's own languages.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache

from config.i18n import Catalogue, get_catalogue
from handlers.linking.wording import Wording
from handlers.mail.answers import Verdict
from handlers.mail.commands import fold_words
from handlers.mail.reviews import Review

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
            "join": catalogue.pgettext(
                "answers that join, before the number of a contribution", "join | joins | join with | join to"
            ),
            "separate": catalogue.pgettext("answers that separate", "separate | separate them"),
            "replace": catalogue.pgettext(
                "answers that replace, before the number of a contribution", "replaces | replace"
            ),
            "reread": catalogue.pgettext(
                "a machine translation, by a person", "reread | re-read | I have reread it | proofread"
            ),
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
            "wanted": catalogue.words(catalogue.pgettext("command", "wanted | to translate")),
            "translate": catalogue.words(catalogue.pgettext("command", "translate")),
            "release": catalogue.words(catalogue.pgettext("command", "release | give back")),
        }
        for catalogue in _catalogues(languages)
    }


@lru_cache
def argument_words(languages: tuple[str, ...]) -> Mapping[str, str]:
    """What may stand behind a command, folded as arguments are → what it means."""
    known: dict[str, str] = {}
    for catalogue in _catalogues(languages):
        words = {
            "both": catalogue.pgettext("command", "both"),
            "weekly": catalogue.pgettext("command", "weekly"),
            "stop": catalogue.pgettext("after wanted", "stop"),
            "synthesis": catalogue.pgettext("command", "synthesis"),
        }
        for name, text in words.items():
            for word in catalogue.words(text):
                known.update(dict.fromkeys(fold_words(word), name))
    return known


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
def translation_wording(languages: tuple[str, ...]) -> Wording:
    """What stands before the number in a translation's first line or subject."""
    catalogues = _catalogues(languages)
    phrases = [
        phrase
        for catalogue in catalogues
        for phrase in catalogue.words(
            catalogue.pgettext(
                "before a number; (…) may be missing, … is the name of a language",
                "Translation of (the) (contribution) | … translation of (the) (contribution) | "
                "… version of (the) (contribution) | Translation into … of (the) (contribution) | "
                "Here is the (…) translation of (the) (contribution) | This is the (…) translation of (the) (contribution)",
            )
        )
    ]
    names = {catalogue.language_name(language) for catalogue in catalogues for language in languages}
    for catalogue in catalogues:
        # "Machine translation of #12" names the contribution as "English translation of #12" does.
        names.update(catalogue.words(catalogue.pgettext("of a translation", "machine | automatic")))
    return Wording(phrases, names, byline_words(languages))


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


@lru_cache
def machine_words(languages: tuple[str, ...]) -> tuple[str, ...]:
    """What a first line or a subject says of a text that a machine translated."""
    return tuple(
        word
        for catalogue in _catalogues(languages)
        for word in catalogue.words(
            catalogue.pgettext("in a first line", "machine translation | automatic translation")
        )
    )


@lru_cache
def review_words(languages: tuple[str, ...]) -> Mapping[Review, tuple[str, ...]]:
    """What people say of a translation that is there, in any of the forum's languages."""
    found: dict[Review, tuple[str, ...]] = {}
    for catalogue in _catalogues(languages):
        words: dict[Review, str] = {
            "still-right": catalogue.pgettext(
                "a translation whose original was corrected",
                "still right | no change | no changes | unchanged",
            ),
            "reread": catalogue.pgettext(
                "a machine translation, by a person", "reread | re-read | I have reread it | proofread"
            ),
        }
        for review, text in words.items():
            found[review] = (*found.get(review, ()), *catalogue.words(text))
    return found


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
