"""A corrected text: the answer to a receipt. It waits for a moderator, because From can be forged."""

from dataclasses import replace

from handlers.context import Context, Incoming, Outcome
from handlers.mail.titles import find_title, follow_title
from handlers.numbered import Translated, read_translated
from handlers.submission import Submission
from handlers.submit import submit
from handlers.versions import complete_own, find_earlier
from store.posts import TRANSLATION


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
