"""Which mail brings an abstract, of what and in which language: by the word on its first line and by what it answers."""

from dataclasses import dataclass

from config.addresses import LocalAddress
from handlers.context import Context
from handlers.elsewhere import ELSEWHERE
from handlers.linking.signals import find_code
from handlers.mail.abstracts import MAX_LIKELY, MAX_TEXT, Given, parse_given, split_title
from handlers.mail.language import find_other_language
from handlers.mail.machine import clean_machine
from handlers.mail.parse import ParsedMail
from handlers.mail.titles import MAX_TITLE, PREFIX
from handlers.notices import language_of
from handlers.own import EDIT_TEXT
from handlers.versions import CARRIED
from handlers.words import abstract_lexicon, machine_words
from store.tables import Contribution, Outgoing

CORRECTED = ("receipt_held", "receipt_published", EDIT_TEXT, *CARRIED)
"""Kinds of our mail whose answer is a whole text, which may begin with abstracts of its own."""


@dataclass(frozen=True, slots=True)
class Brought:
    """An abstract as a mail brings it; `contribution` is None where there is none with the `number` that it names."""

    contribution: Contribution | None
    number: int
    language: str
    title: str
    text: str
    machine: bool


def find_brought(
    ctx: Context,
    mail: ParsedMail,
    text: str,
    to: LocalAddress | None,
    answered: Outgoing | None,
    belongs: Contribution | None,
) -> Brought | None:
    """The abstract in a mail whose `text` is cut of its quotes; None for a mail that brings something else."""
    if to is None or to.kind not in ("list", "reply", "translation", "commands"):
        return None
    given = _find_given(ctx, mail, text, to)
    if given is None or not _is_meant(given, to, answered):
        return None
    contribution = _find_contribution(ctx, given, mail, to, answered, belongs)
    number = given.number or (contribution.number if contribution else None)
    if number is None:
        return None
    cleaned = clean_machine("", "", given.content, "", machine_words(ctx.settings.languages))
    title, abstract = split_title(cleaned.text)
    said = given.language or to.language or (answered.language if answered else None)
    language = language_of(ctx, mail.author.email if mail.author else "", said)
    if contribution is not None and language == contribution.language and given.language is None:
        language = find_other_language(abstract, language, ctx.settings.languages) or language
    return Brought(contribution, number, language, title, abstract, given.machine or cleaned.machine)


def _find_given(ctx: Context, mail: ParsedMail, text: str, to: LocalAddress) -> Given | None:
    """By the first line; at the address of commands by the subject too, where that has a number."""
    labels = abstract_lexicon(ctx.settings.languages)
    given = parse_given(text, labels)
    if given is None and to.kind == "commands":
        prefix = PREFIX.match(mail.subject)
        by_subject = parse_given(f"{mail.subject[prefix.end() if prefix else 0 :]}\n{text}", labels)
        given = by_subject if by_subject and by_subject.number else None
    return given


def _is_meant(given: Given, to: LocalAddress, answered: Outgoing | None) -> bool:
    """Whether it is an abstract, and no longer text that begins with the word, or with an abstract of its own."""
    kind = answered.kind if answered else ""
    if kind == ELSEWHERE or to.kind == "commands":
        return True
    if kind in CORRECTED and len(given.content) > MAX_TITLE + MAX_TEXT:
        return False
    if given.inline and "\n\n" in given.content.replace("\r", "").replace(" ", ""):
        return False
    return len(given.content) <= MAX_LIKELY


def _find_contribution(
    ctx: Context,
    given: Given,
    mail: ParsedMail,
    to: LocalAddress,
    answered: Outgoing | None,
    belongs: Contribution | None,
) -> Contribution | None:
    """The published one that it names by its number, its address, or what it answers."""
    contributions = ctx.uow.contributions
    number = given.number or to.number
    if number is None and belongs is None and answered is None:
        number = find_code(mail.subject)
    if number is not None:
        return contributions.find_by_number(number)
    found = belongs or contributions.find_contribution(answered.contribution_id if answered else None)
    kept = ctx.uow.merges.find_kept(found) if found is not None else None
    return kept if kept is not None and kept.number is not None else None
