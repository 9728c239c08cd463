"""The words that people may use: answers of moderators, commands, "Translation of"; from every language's catalogue.

English always works, beside the forum's own languages; commands work in every language that is shipped.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache

from config.i18n import Catalogue, get_catalogue, list_shipped
from handlers.linking.wording import Wording
from handlers.mail.abstracts import Labels
from handlers.mail.answers import Verdict
from handlers.mail.commands import Lexicon, fold_words, read_vocabulary
from handlers.mail.reviews import Review
from handlers.wish_words import taught_words

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
    """Language → command → its words, the one we teach first; the forum's own languages come first."""
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
            "mode": catalogue.words(catalogue.pgettext("command", "mode | delivery")),
            "budget": catalogue.words(catalogue.pgettext("command", "budget | limit")),
            "search": catalogue.words(catalogue.pgettext("command", "search | find")),
            "print": catalogue.words(catalogue.pgettext("command", "print | booklet")),
            "release": catalogue.words(catalogue.pgettext("command", "release | give back")),
            "phases": catalogue.words(catalogue.pgettext("command", "phases | calendar")),
            "list": catalogue.words(catalogue.pgettext("command", "list | contents")),
            "counts": catalogue.words(catalogue.pgettext("command", "counts | figures")),
            "language": catalogue.words(catalogue.pgettext("command", "language")),
            "status": catalogue.words(catalogue.pgettext("command", "status | my account")),
            "forget": catalogue.words(catalogue.pgettext("command", "forget me | delete me")),
            "next": catalogue.words(catalogue.pgettext("command", "next | more")),
            "attachment": catalogue.words(catalogue.pgettext("command", "attachment | attached")),
            "mine": catalogue.words(catalogue.pgettext("command", "mine | my texts")),
            "edit": catalogue.words(catalogue.pgettext("command", "edit | correct")),
            "withdraw": catalogue.words(catalogue.pgettext("command", "withdraw | take back")),
            "abstract": catalogue.words(catalogue.pgettext("command", "abstract | summary")),
        }
        for catalogue in _all_catalogues(languages)
    }


@lru_cache
def get_lexicon(languages: tuple[str, ...]) -> Lexicon:
    """The words of all commands as they are looked up; what two languages share means what it does in the forum's."""
    return read_vocabulary(command_words(languages))


@lru_cache
def argument_words(languages: tuple[str, ...]) -> Mapping[str, str]:
    """What may stand behind a command, folded as arguments are → what it means."""
    known: dict[str, str] = {}
    for catalogue in _all_catalogues(languages):
        for name, text in _argument_texts(catalogue).items():
            for word in catalogue.words(text):
                known.update(dict.fromkeys(fold_words(word), name))
    return known


def _argument_texts(catalogue: Catalogue) -> dict[str, str]:
    """What each word behind a command is called in one language."""
    return {
        "both": catalogue.pgettext("command", "both"),
        "weekly": catalogue.pgettext("command", "weekly"),
        "whole": catalogue.pgettext("command", "whole"),
        "stop": catalogue.pgettext("after wanted", "stop"),
        "synthesis": catalogue.pgettext("command", "synthesis"),
        "phase": catalogue.pgettext("before the number of a phase, after list", "phase"),
    }


@lru_cache
def part_words(languages: tuple[str, ...]) -> frozenset[str]:
    """What stands before the number of a part, folded as arguments are."""
    return frozenset(
        folded
        for catalogue in _all_catalogues(languages)
        for word in catalogue.words(catalogue.pgettext("command", "part"))
        for folded in fold_words(word)
    )


def teach_command(line: str, language: str) -> str:
    """A command in a language's own words, as we teach them: "get 12 fr part 2" becomes "recevoir 12 fr partie 2".

    `line` begins with the name of a command; the words behind it are those of `argument_words`, or stay as they are.
    """
    catalogue = get_catalogue(language)
    taught = {name: words[0] for name, words in command_words((language,))[language].items()}
    behind = _argument_texts(catalogue) | {"part": catalogue.pgettext("command", "part")}
    behind = {name: catalogue.words(text)[0] for name, text in behind.items()}
    name, *arguments = line.split()
    if name == "help":
        behind = taught
    elif name in ("mode", "budget"):
        behind = dict(taught_words(name, catalogue))
    return " ".join([taught.get(name, name), *(behind.get(word, word) for word in arguments)])


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
    # "ترجمة عربية": without the article.
    names |= {name.removeprefix("ال") for name in names}
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
def abstract_lexicon(languages: tuple[str, ...]) -> Labels:
    """What stands before an abstract, beside it the names of the forum's languages and "machine"."""
    catalogues = _all_catalogues(languages)
    words: dict[tuple[str, ...], str] = {}
    for catalogue in catalogues:
        for word in catalogue.words(catalogue.pgettext("command", "abstract | summary")):
            words.setdefault(fold_words(word), catalogue.language)
    machine = {
        fold_words(word)
        for catalogue in catalogues
        for word in catalogue.words(catalogue.pgettext("of a translation", "machine | automatic"))
    }
    return Labels(words, _names_of(languages), frozenset(machine))


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
    """The forum's language that a code means, or a name in any language that is shipped."""
    return _names_of(tuple(languages)).get(fold_words(word))


@lru_cache
def _names_of(languages: tuple[str, ...]) -> Mapping[tuple[str, ...], str]:
    """Codes and names, folded, of the forum's languages; one that two languages might have is the first one's."""
    known: dict[tuple[str, ...], str] = {}
    for language in languages:
        names = {catalogue.language_name(language) for catalogue in _all_catalogues(languages)}
        for name in (language, *sorted(names)):
            known.setdefault(fold_words(name), language)
    return known


def _all_catalogues(languages: Sequence[str]) -> list[Catalogue]:
    """What commands are read by: the forum's languages, English, and whatever else is shipped."""
    return [get_catalogue(language) for language in dict.fromkeys((*languages, "en", *list_shipped()))]


def _catalogues(languages: Sequence[str]) -> list[Catalogue]:
    return [get_catalogue(language) for language in dict.fromkeys((*languages, "en"))]
