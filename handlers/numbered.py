"""A translation that keeps the numbers of its original's paragraphs: read by them, and put to what was there before.

Only what was sent to a translator has such numbers, so only its answer is read for them; a list in any other text is its
own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from handlers.context import Context, Incoming
from handlers.linking.matching import Covered
from handlers.mail.alignment import locate
from handlers.mail.paragraphs import TITLE, find_span, join_pieces, parse_numbered, split_paragraphs
from handlers.mail.titles import find_title
from handlers.versions import CARRIED, find_source
from store.posts import find_covered
from store.tables import Contribution, Revision

SHARE = 5
"""An answer so many times shorter than the original, without a number, is thanks or a question."""
_MOST_CELLS = 40_000
"""Paragraphs of an earlier and of the present original that are compared, one number times the other."""


@dataclass(frozen=True, slots=True)
class Translated:
    """A translation as its translator means it. `covered` is None where all is there or nothing is known of that.

    `completes_held`: it takes up a text that waits, so that it must wait as well. `too_short`: it is hardly one.
    `numbered`: it was read by its numbers.
    """

    title: str
    text: str
    covered: Covered | None = None
    completes_held: bool = False
    too_short: bool = False
    numbered: bool = False


def read_translated(
    incoming: Incoming,
    contribution: Contribution,
    title: str,
    text: str,
    ctx: Context,
    *,
    corrects: bool = False,
) -> Translated:
    """The text without numbers. Where it has only some paragraphs, the others are those that were there before.

    `corrects`: it answers a receipt.
    """
    carried = incoming.answered is not None and incoming.answered.kind in CARRIED
    source = find_source(ctx, contribution, incoming.answered)
    if source is None or not (
        corrects or carried or (incoming.to is not None and incoming.to.kind == "translation")
    ):
        return Translated(title, text)
    first_line = find_title("", text, answers_notice=True)
    if title == source.title:
        title = first_line  # the subject is ours
    ours = split_paragraphs(source.text)
    numbered = parse_numbered(text, ours)
    if numbered is None:
        return Translated(title, text, too_short=len(text.split()) * SHARE < len(source.text.split()))
    pieces = {number: piece for number, piece in numbered.pieces.items() if number != TITLE}
    former, held = None, False
    if len(pieces) < len(ours):
        former, held = _find_former(incoming, contribution, ctx)
    if former is not None:
        pieces = _carry_over(former, source, ours, ctx) | pieces
    whole = join_pieces(pieces)
    span = find_span(pieces, len(ours))
    if title == first_line:
        title = former.title if former else find_title("", whole, answers_notice=True)
    return Translated(
        title=numbered.title or title,
        text=whole,
        covered=Covered(*span) if span else None,
        completes_held=held,
        numbered=True,
    )


def _find_former(
    incoming: Incoming, contribution: Contribution, ctx: Context
) -> tuple[Revision | None, bool]:
    """What the same person sent last and still waits, and True; else the published text, whoever translated it."""
    version = ctx.uow.contributions.find_version(contribution.id, incoming.language)
    if version is None:
        return None, False
    emails = ctx.uow.people.list_addresses(incoming.author_email)
    if waiting := ctx.uow.waiting.find_newest(version.id, emails):
        return waiting, True
    current = ctx.uow.contributions.find_post(version.current_revision_id)
    return (current.revision, False) if current else (None, False)


def _carry_over(former: Revision, source: Revision, ours: Sequence[str], ctx: Context) -> dict[int, str]:
    """The paragraphs of an earlier translation whose originals are still the same, by the numbers these have now."""
    made_from = ctx.uow.contributions.find_post(former.source_revision_id)
    original = made_from.revision.text if made_from else source.text
    theirs = split_paragraphs(original)
    pieces = locate(original, former.text, find_covered(former))
    if tuple(theirs) == tuple(ours):
        return pieces
    if len(theirs) * len(ours) > _MOST_CELLS:
        return {}
    blocks = SequenceMatcher(None, theirs, ours, autojunk=False).get_matching_blocks()
    return {
        block.b + place + 1: pieces[block.a + place + 1]
        for block in blocks
        for place in range(block.size)
        if block.a + place + 1 in pieces
    }
