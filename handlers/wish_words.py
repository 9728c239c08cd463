"""The words behind "mode" and "budget", in every language; those that are taught come first."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache

from config.i18n import Catalogue, get_catalogue, list_shipped
from handlers.mail.commands import fold_words
from handlers.mail.modes import UnclearError, WishWords, parse_budget, parse_mode
from store.readers import DAILY, FULL, NONE, NOTICE, PHASE, WEEKLY


def list_mode_words(catalogue: Catalogue) -> Mapping[str, tuple[str, ...]]:
    """Mode → its words in one language."""
    words = {
        FULL: catalogue.pgettext("after mode", "full | all | everything | whole"),
        NOTICE: catalogue.pgettext("after mode", "notice | notices | short | brief"),
        DAILY: catalogue.pgettext("after mode", "daily | day | every day | once a day | digest"),
        WEEKLY: catalogue.pgettext("after mode", "weekly | week | every week | once a week"),
        PHASE: catalogue.pgettext("after mode", "phase | phases | announcements"),
        NONE: catalogue.pgettext("after mode", "none | nothing | no mail | off | pause"),
    }
    return {mode: catalogue.words(text) for mode, text in words.items()}


def taught_words(command: str, catalogue: Catalogue) -> Mapping[str, str]:
    """English words behind "mode" and "budget" → those that one language teaches."""
    if command == "budget":
        unlimited = catalogue.pgettext("after budget", "none | no limit | unlimited | off")
        return {"none": catalogue.words(unlimited)[0]}
    until = catalogue.pgettext("after mode, before a day", "until | till | to")
    modes = {mode: words[0] for mode, words in list_mode_words(catalogue).items()}
    return modes | {"until": catalogue.words(until)[0]}


def is_wish(command: str, arguments: Sequence[str], languages: tuple[str, ...]) -> bool:
    """Whether everything behind "mode" or "budget" is understood, or nothing stands there."""
    if not arguments:
        return True
    try:
        if command == "mode":
            parse_mode(arguments, wish_words(languages), date.min, languages)
        else:
            parse_budget(arguments, wish_words(languages))
    except UnclearError:
        return False
    return True


@lru_cache
def wish_words(languages: tuple[str, ...]) -> WishWords:
    """The words of all languages, folded; what two share means what it does in the first of them."""
    modes: dict[tuple[str, ...], str] = {}
    until: set[tuple[str, ...]] = set()
    unlimited: set[tuple[str, ...]] = set()
    small: set[tuple[str, ...]] = set()
    for language in dict.fromkeys((*languages, "en", *list_shipped())):
        catalogue = get_catalogue(language)
        for mode, words in list_mode_words(catalogue).items():
            for word in words:
                modes.setdefault(fold_words(word), mode)
        for known, text in (
            (until, catalogue.pgettext("after mode, before a day", "until | till | to")),
            (unlimited, catalogue.pgettext("after budget", "none | no limit | unlimited | off")),
            (small, catalogue.pgettext("after mode or budget", "at | in | on | a week | per week | weekly")),
        ):
            known.update(fold_words(word) for word in catalogue.words(text))
    return WishWords(modes, frozenset(until), frozenset(unlimited), frozenset(small))
