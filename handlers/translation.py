"""A translation: the version of a known contribution in the language of the list it was sent to."""

from handlers.agreement import is_sure
from handlers.context import Context, Incoming, Outcome
from handlers.linking.signals import clean_first_line, clean_title
from handlers.mail.completion import parse_part
from handlers.mail.titles import find_title, follow_title
from handlers.numbered import Translated, read_translated
from handlers.submission import Submission
from handlers.submit import submit
from handlers.versions import complete_own
from handlers.words import translation_wording
from store.posts import ORIGINAL, TRANSLATION
from store.tables import Contribution


def handle(incoming: Incoming, ctx: Context) -> Outcome:
    """Linked by an explicit signal. A second text in a language, or one of nothing that we know, is a moderator's to judge."""
    wording = translation_wording(ctx.settings.languages)
    signal = incoming.signal
    text = clean_first_line(incoming.text, wording)
    title = clean_title(incoming.mail.subject, signal.number if signal else None, wording)
    # In the original's own language it is no translation, and must not take the original's place.
    named = incoming.subject_of
    original = named if named is not None and named.language != incoming.language else None
    by_thread = signal is not None and signal.name == "thread"
    title = _find_former_title(incoming, original, text, ctx) or find_title(
        title, text, answers_notice=by_thread
    )
    read = read_translated(incoming, original, title, text, ctx) if original else Translated(title, text)
    submission = Submission(
        incoming=incoming,
        language=incoming.language,
        title=read.title,
        text=read.text,
        contribution=original,
        role=TRANSLATION if original else ORIGINAL,
        linked_by=signal.name if signal and original else "",
        match=incoming.match,
        doubtful_link=original is None
        or not is_sure(incoming.match)
        or (read.too_short and not parse_part(text)[1]),
        correction=read.completes_held,
        covered=read.covered if read.numbered or not incoming.match else incoming.match.covered,
    )
    return submit(submission if read.numbered else complete_own(submission, ctx), ctx)


def _find_former_title(incoming: Incoming, original: Contribution | None, text: str, ctx: Context) -> str:
    """The title of the translation that is corrected, in answer to a notice that its original was; ours is in the subject."""
    if original is None or incoming.answered is None or incoming.answered.kind != "stale":
        return ""
    post = ctx.uow.contributions.current_text(original.id or 0, incoming.language)
    return follow_title(post.revision.title, post.revision.text, text) if post else ""
