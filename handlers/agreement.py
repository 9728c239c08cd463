"""Does a text that is said, or seems, to be a version of another say what that one says?

By the content matcher; where nothing compares texts, an answer is judged by its length and figures, and what names its
original is believed.
"""

from handlers.context import Context
from handlers.linking.matching import Candidate, Match, Matcher
from handlers.linking.signals import MIN_WORDS, texts_agree
from handlers.match import encode_text
from handlers.submission import Submission, hash_text
from store.posts import TRANSLATION, Post

NAMING = ("address", "first-line", "code", "header")
"""Signals by which a text names its original, whatever it says itself."""


def agree(ctx: Context, text: str, language: str, author: str, post: Post) -> tuple[bool, Match | None]:
    """Whether a text that answers another, in another language, is its translation and no comment; and why."""
    matcher = _find_matcher(ctx, language, post)
    if matcher is None:
        return texts_agree(text, post.revision.text), None
    compared, vectors = encode_text(ctx, matcher, text, language, author)
    match = matcher.agrees(compared, vectors, _make_candidate(ctx, matcher, post, language), language)
    return match is not None, match


def is_sure(match: Match | None) -> bool:
    """Whether nothing speaks against a translation that an answer was taken for: it is no part, and no summary."""
    against = {reason.name for reason in match.reasons} if match else set()
    return not against & {"part", "summary", "short", "template", "other-figures"}


def is_unlike(submission: Submission, ctx: Context) -> bool:
    """Whether a text that names its original is surely something else: an advert, another contribution's text.

    What is too short to be compared is believed, and so is a part, or a summary.
    """
    original = submission.contribution
    if original is None or submission.role != TRANSLATION or submission.linked_by not in NAMING:
        return False
    if ctx.uow.contributions.is_elsewhere(hash_text(submission.text), original.id, submission.language):
        return True
    post = ctx.uow.contributions.current_text(original.id or 0, original.language)
    if post is None or min(len(submission.text.split()), len(post.revision.text.split())) < MIN_WORDS:
        return False
    matcher = _find_matcher(ctx, submission.language, post)
    if matcher is None:
        return False
    language, author = submission.language, submission.incoming.author_email
    compared, vectors = encode_text(ctx, matcher, submission.text, language, author)
    candidate = _make_candidate(ctx, matcher, post, language)
    found = matcher.decide(compared, vectors, language, [candidate])
    return found.linked is None and not found.suggested


def _find_matcher(ctx: Context, language: str, post: Post) -> Matcher | None:
    matcher = ctx.matcher
    if matcher is None or not (matcher.knows(language) and matcher.knows(post.version.language)):
        return None
    return matcher


def _make_candidate(ctx: Context, matcher: Matcher, post: Post, language: str) -> Candidate:
    """A text with its vectors, as they are kept; what was not kept yet is encoded."""
    kept = ctx.uow.vectors.list_candidates(matcher.model, (post.revision_id,), language)
    text, vectors = (kept[0].compared, kept[0].vectors) if kept else (post.revision.text, b"")
    return Candidate(
        key=post.revision_id,
        contribution=post.contribution_id,
        language=post.version.language,
        text=text,
        vectors=vectors or matcher.encode(text),
    )
