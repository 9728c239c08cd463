"""A corrected text: the answer to a receipt. It waits for a moderator, because From can be forged."""

from dataclasses import replace

from handlers.context import Context, Incoming, Outcome
from handlers.linking.matching import Covered
from handlers.mail.edited import put_part
from handlers.mail.titles import find_title, follow_title
from handlers.numbered import Translated, read_translated
from handlers.own import EDIT_TEXT
from handlers.submission import Submission
from handlers.submit import submit
from handlers.versions import complete_own, find_earlier
from store.posts import TRANSLATION, Post, find_covered
from store.tables import Contribution, Outgoing, Revision, Version


def handle(incoming: Incoming, ctx: Context) -> Outcome:
    """A new revision of the version that the receipt was for; the earlier text stays until this one is published.

    Where only a part of a translation was there, the rest completes it.
    """
    answered = incoming.answered
    post = ctx.uow.contributions.find_post(answered.revision_id if answered else None)
    if post is None:
        title = find_title(incoming.mail.subject, incoming.text, answers_notice=True)
        return submit(Submission(incoming, incoming.language, title, incoming.text), ctx)
    kept = ctx.uow.merges.find_kept(post.contribution)
    # Where its contribution was merged, another text may have its place; a moderator decides between them.
    version = ctx.uow.contributions.find_version(kept.id, post.version.language) or post.version
    former = find_earlier(ctx, version, incoming.author_email) or post.revision
    if answered is not None and answered.kind == EDIT_TEXT:
        return submit(_read_edited(incoming, post, version, kept, former), ctx)
    read = Translated(former.title, incoming.text)
    if version.role == TRANSLATION:
        read = read_translated(incoming, kept, former.title, incoming.text, ctx, corrects=True)
    submission = Submission(
        incoming=incoming,
        language=post.version.language,
        title=former.title,
        text=read.text,
        contribution=kept,
        role=version.role,
        correction=True,
        covered=read.covered,
    )
    if not read.numbered:
        submission = complete_own(submission, ctx)
    title = read.title if read.numbered else follow_title(former.title, former.text, submission.text)
    return submit(replace(submission, title=title), ctx)


def _read_edited(
    incoming: Incoming, post: Post, version: Version, kept: Contribution, former: Revision
) -> Submission:
    """The text that its author had sent to be corrected; of a long one they have sent back a part."""
    text = put_part(incoming.text, _get_body(incoming.answered), post.revision.text, former.text)
    covers = find_covered(former)
    return Submission(
        incoming=incoming,
        language=post.version.language,
        title=follow_title(former.title, former.text, text),
        text=text,
        contribution=kept,
        role=version.role,
        correction=True,
        covered=Covered(*covers) if covers else None,
    )


def _get_body(answered: Outgoing | None) -> str:
    content = answered.content if answered else None
    return content.partition(b"\r\n\r\n")[2].decode().replace("\r\n", "\n") if content else ""
