"""A translation: the version of a known contribution in the language of the list it was sent to."""

import re

from handlers.context import Context, Incoming, Outcome
from handlers.linking.signals import NUMBER, clean_first_line
from handlers.mail.titles import PREFIX, find_title
from handlers.submit import Submission, submit
from handlers.words import translation_phrases
from store.posts import ORIGINAL, TRANSLATION


def handle(incoming: Incoming, ctx: Context) -> Outcome:
    """Linked by an explicit signal. A second text in a language, or one of nothing that we know, is a moderator's to judge."""
    phrases = translation_phrases(ctx.settings.languages)
    text = clean_first_line(incoming.text, phrases)
    subject = _without_phrase(incoming.mail.subject, phrases)
    # In the original's own language it is no translation, and must not take the original's place.
    named = incoming.subject_of
    original = named if named is not None and named.language != incoming.language else None
    by_thread = incoming.signal is not None and incoming.signal.name == "thread"
    answers = by_thread or PREFIX.match(subject) is not None
    return submit(
        Submission(
            incoming=incoming,
            language=incoming.language,
            title=find_title(subject, text, answers_notice=answers),
            text=text,
            contribution=original,
            role=TRANSLATION if original else ORIGINAL,
            linked_by=incoming.signal.name if incoming.signal and original else "",
            doubtful_link=original is None,
        ),
        ctx,
    )


def _without_phrase(subject: str, phrases: tuple[str, ...]) -> str:
    """The subject without "Translation of #2:", which names the contribution and is no title."""
    alternatives = "|".join(re.escape(phrase) for phrase in phrases)
    return re.sub(rf"(?:{alternatives})\s*{NUMBER}\s*\]?[\s:.,–—-]*", "", subject, flags=re.IGNORECASE)
