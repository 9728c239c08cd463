"""What contributions, translations, comments and corrections share: judged, kept, then held or published."""

from dataclasses import astuple, dataclass, replace

from handlers.agreement import is_unlike
from handlers.authorship import find_author, keep_attachments
from handlers.context import Context, Outcome
from handlers.duplicates import find_duplicate
from handlers.hold import ask_moderators
from handlers.linked import tell_joined
from handlers.linking.matching import MOST_CHOICES, Found
from handlers.mail.language import find_other_language, find_parts
from handlers.match import NOT_COMPARED, Compared, compare, keep_found, keep_named, remember
from handlers.publish import publish
from handlers.receipts import confirm_receipt, return_to_author
from handlers.rules import Disposition, Submitted, Verdict, judge
from handlers.submission import Submission, hash_text
from handlers.versions import find_source, note_marks
from store.posts import APPROVED, HELD, ORIGINAL, TRANSLATION, Post
from store.sql import id_of
from store.tables import Contribution, Revision, Version


@dataclass(frozen=True, slots=True)
class Spoken:
    """The language that a text is in, where it is another than that of its list; or whether it is in two."""

    other: str = ""
    two: bool = False


def submit(submission: Submission, ctx: Context) -> Outcome:
    """Reject, hold or publish a text; its author gets a receipt."""
    submission = note_marks(submission, ctx)
    incoming = submission.incoming
    if duplicate := find_duplicate(submission, ctx):
        return duplicate
    spoken = _find_languages(submission, _find_version(submission, ctx), ctx)
    submission, compared = _find_original(submission, spoken, ctx)
    existing = _find_version(submission, ctx)
    verdict = judge(_what_the_rules_see(submission, existing, spoken, compared, ctx))
    if verdict.disposition is Disposition.REJECT:
        return_to_author(ctx, incoming, submission.language, submission.title, verdict.reasons[0])
        return Outcome("rejected", verdict.reasons[0])
    post = _keep(submission, existing, verdict, spoken, ctx)
    linked_by = submission.linked_by if submission.role == TRANSLATION else ""
    keep_found(ctx, post, compared, linked_by, submission.match)
    keep_named(ctx, post, incoming.named)
    remember(ctx, post, compared)
    if verdict.disposition is Disposition.ACCEPT:
        ctx.uow.contributions.lock(post)
        outcome = publish(ctx, post)
        if linked_by == "content":
            tell_joined(ctx, post)
        return _outcome(post, outcome, next(iter(verdict.reasons), "accepted"))
    if incoming.live:
        ask_moderators(ctx, post)
        if not incoming.mail.spam:
            confirm_receipt(ctx, incoming, post)
    return _outcome(post, HELD, verdict.reasons[0])


def _find_version(submission: Submission, ctx: Context) -> Version | None:
    """The version that is there already, published or not."""
    if submission.contribution is None:
        return None
    return ctx.uow.contributions.find_version(submission.contribution.id, submission.language)


def _find_original(submission: Submission, spoken: Spoken, ctx: Context) -> tuple[Submission, Compared]:
    """A text that names no contribution may be the translation of one all the same."""
    if not submission.is_new or submission.doubtful_link or submission.correction or spoken.two:
        return submission, NOT_COMPARED
    incoming = submission.incoming
    compared = compare(
        ctx,
        submission.text,
        hash_text(submission.text),
        spoken.other or submission.language,
        incoming.author_email,
        incoming.delivery.received_at,
    )
    linked = compared.found.linked
    if linked is None:
        return submission, compared
    # What is in another language than its list's is to be moved first; and two may claim to be one text's correction.
    if spoken.other or compared.replaces is not None:
        found = Found(None, (linked, *compared.found.suggested)[:MOST_CHOICES])
        return submission, replace(compared, found=found)
    original = ctx.uow.contributions.find_contribution(linked.contribution)
    return replace(
        submission, contribution=original, role=TRANSLATION, linked_by="content", match=linked
    ), compared


def _outcome(post: Post, name: str, reason: str) -> Outcome:
    return Outcome(name, reason, post.contribution_id, post.revision_id)


def _find_languages(submission: Submission, existing: Version | None, ctx: Context) -> Spoken:
    """Only a new original can be split; two languages with the list's among them are no other language."""
    languages = ctx.settings.languages
    parts = find_parts(submission.text, languages)
    if parts and submission.contribution is None and existing is None:
        return Spoken(two=True)
    if parts and submission.language in (part.language for part in parts):
        return Spoken()
    return Spoken(find_other_language(submission.text, submission.language, languages))


def _what_the_rules_see(
    submission: Submission, existing: Version | None, spoken: Spoken, compared: Compared, ctx: Context
) -> Submitted:
    incoming = submission.incoming
    forum = ctx.settings.forum
    # One that waits, too: who sends the second may have forged the address of who sent the first.
    second_text = _find_replaced(existing, ctx) is not None
    return Submitted(
        # What an archive holds was read by its own moderators.
        moderation=forum.moderation if incoming.live else "none",
        distributed=incoming.distributed,
        past_list=incoming.past_list,
        size=len(submission.text.encode()),
        max_size=ctx.settings.server.max_contribution_size,
        text=submission.text,
        attachments=len(incoming.mail.attachments),
        spam=incoming.mail.spam,
        authors=incoming.mail.author_count,
        correction=submission.correction or second_text,
        doubtful_link=submission.doubtful_link,
        unread=incoming.unread,
        # Nobody would be asked about what an archive brings.
        from_attachment=bool(incoming.source) and incoming.live,
        sent_for_another=incoming.by is not None and incoming.live,
        # Readers of an external list have it already, in whatever language it is.
        other_language=bool(spoken.other) and incoming.live and not incoming.distributed,
        two_languages=spoken.two and incoming.live and not incoming.distributed,
        unlike_original=incoming.live and is_unlike(submission, ctx),
        likely_translation=bool(compared.found.suggested) and incoming.live,
        likely_correction=compared.replaces is not None and incoming.live,
        second_translation=_is_by_another(submission, existing, ctx),
        replaced_size=_size_of_replaced(existing, ctx) if submission.correction or second_text else 0,
    )


def _is_by_another(submission: Submission, existing: Version | None, ctx: Context) -> bool:
    """Whether somebody else's translation is there, or waits, whose place it would take."""
    replaced = _find_replaced(existing, ctx)
    if submission.correction or submission.role != TRANSLATION or replaced is None:
        return False
    return replaced.author_email != submission.incoming.author_email


def _size_of_replaced(existing: Version | None, ctx: Context) -> int:
    """Bytes of the text that a version has now."""
    replaced = _find_replaced(existing, ctx)
    return len(replaced.text.encode()) if replaced else 0


def _find_replaced(existing: Version | None, ctx: Context) -> Revision | None:
    """The text that a version has now: published, else the newest that waits."""
    return ctx.uow.contributions.find_newest_text(existing) if existing else None


def _keep(
    submission: Submission, existing: Version | None, verdict: Verdict, spoken: Spoken, ctx: Context
) -> Post:
    """The rows: a contribution and a version where there is none yet, and the revision."""
    incoming, contributions = submission.incoming, ctx.uow.contributions
    received_at = incoming.delivery.received_at
    author = find_author(ctx, incoming, _find_replaced(existing, ctx))
    contribution = submission.contribution
    if contribution is None:
        phase = ctx.uow.phases.find_at(received_at)
        contribution = Contribution(
            parent_id=submission.parent.id if submission.parent else None,
            theme_id=ctx.uow.phases.theme_of(received_at),
            phase_id=phase.id if phase else None,
            language=submission.language,
            title=submission.title,
            author_name=author.name,
            author_email=incoming.author_email,
            received_at=received_at,
        )
        contributions.add(contribution)
    version = existing
    if version is None:
        version = Version(
            contribution_id=id_of(contribution),
            language=submission.language,
            role=submission.role,
            received_at=received_at,
            linked_by=submission.linked_by,
        )
        contributions.add(version)
    source = find_source(ctx, contribution, incoming.answered) if submission.role != ORIGINAL else None
    revision = Revision(
        version_id=id_of(version),
        delivery_id=incoming.delivery.id,
        message_id=incoming.message_id,
        source_revision_id=source.id if source else None,
        state=HELD if verdict.disposition is Disposition.HOLD else APPROVED,
        title=submission.title,
        text=submission.text,
        cut=incoming.cut,
        written_in=spoken.other,
        text_hash=hash_text(submission.text),
        author_name=author.name,
        author_email=incoming.author_email,
        place=author.place,
        sent_by=author.sent_by,
        source=incoming.source,
        attachments=keep_attachments(ctx, incoming),
        distributed_on=submission.language if incoming.distributed else "",
        machine=submission.machine,
        covers=list(astuple(submission.covered)) if submission.covered else [],
        hold_reasons=list(verdict.reasons) if verdict.disposition is Disposition.HOLD else [],
        received_at=received_at,
    )
    contributions.add(revision)
    return Post(contribution, version, revision)
