"""The command "translate": the text, numbered by paragraph, goes to whoever says "I'll translate it", and is claimed.

It goes out in the language that is translated into, which its reader knows, in a mail of its own: an answer to that says
by itself what it translates. A synthesis comes back to the organizers, who publish it.
"""

from dataclasses import asdict, dataclass
from datetime import date

from config.render import Rendered
from handlers.claims import Claimed, Refusal, claim
from handlers.context import Context
from handlers.mail.paragraphs import number_paragraphs
from handlers.mail.titles import is_first_line
from handlers.notices import About, choose_language, enqueue_answer, render_notice
from handlers.requests import Request, answer_once_a_day, find_own_language, may_have_text, take_part
from store.lacking import find_lack
from store.posts import find_covered
from store.sql import id_of

TEXT = "translation_text"
"""Kind of the mail with a contribution: an answer to it is the translation."""
SYNTHESIS_TEXT = "synthesis_to_translate"
"""The same with a synthesis."""


@dataclass(frozen=True, slots=True)
class Work:
    """A text to be translated into `target`; `lack` is what is wrong with the translation there is, None for nothing."""

    number: int
    title: str
    language: str
    text: str
    target: str
    reply_to: str
    about: About
    lack: str | None = ""
    covers: tuple[int, ...] = ()
    waiting: bool = False

    @property
    def is_synthesis(self) -> bool:
        """Whether the organizers wrote it about a phase."""
        return self.about.phase_id is not None


def answer_translate(request: Request, ctx: Context) -> Rendered | None:
    """Claim a text, or extend the claim, and send it; what cannot be done is said in the answer."""
    synthesis = "synthesis" in request.said
    work = _find_synthesis(request, ctx) if synthesis else _find_contribution(request, ctx)
    if work is None:
        missing = "no_synthesis" if synthesis else "no_contribution"
        return answer_once_a_day(request, ctx, missing, request.language)
    if not may_have_text(request, ctx):
        return None
    if work.language == work.target:
        return _refuse(request, ctx, work, Refusal("target"))
    if work.lack is None:
        return _refuse(request, ctx, work, Refusal("there"))
    claimed = claim(
        ctx,
        request.email,
        work.target,
        contribution_id=work.about.contribution_id,
        phase_id=work.about.phase_id,
    )
    if isinstance(claimed, Refusal):
        return _refuse(request, ctx, work, claimed)
    _send(request, ctx, work, claimed)
    return None


def _find_contribution(request: Request, ctx: Context) -> Work | None:
    """A published contribution, with what there is of it in the language."""
    found = ctx.uow.contributions.find_by_number(request.number or 0)
    original = ctx.uow.contributions.find_original(found) if found and not found.withdrawn_at else None
    if found is None or original is None:
        return None
    number, revision = found.number or 0, original.revision
    target = request.wanted or find_own_language(request, ctx)
    there = ctx.uow.contributions.current_text(id_of(found), target)
    # A title that is the first line of the text is translated with it.
    title = "" if is_first_line(revision.title, revision.text) else revision.title
    return Work(
        number=number,
        title=revision.title,
        language=found.language,
        text=number_paragraphs(revision.text, title),
        target=target,
        reply_to=ctx.addresses.translate(number, target),
        about=About(original.contribution_id, original.revision_id),
        lack=find_lack(there, original),
        covers=find_covered(there.revision) if there else (),
        waiting=ctx.uow.wanted.has_waiting(original.contribution_id, target),
    )


def _find_synthesis(request: Request, ctx: Context) -> Work | None:
    """The synthesis of a phase, in a language that the reader knows where there is one."""
    phase = ctx.uow.phases.find_latest(request.number) if request.number is not None else None
    syntheses = ctx.uow.phases.list_syntheses(phase.id) if phase else {}
    target = request.wanted or find_own_language(request, ctx)
    others = [language for language in syntheses if language != target]
    synthesis = choose_language(
        syntheses, *(one for one in (request.language, ctx.forum_language) if one in others), *others
    )
    if phase is None or not syntheses:
        return None
    return Work(
        number=phase.number,
        title="",
        language=synthesis.language if synthesis else target,
        text=number_paragraphs(synthesis.text) if synthesis else "",
        target=target,
        reply_to=ctx.addresses.postmaster,
        about=About(phase_id=phase.id),
        lack=None if target in syntheses else "",
    )


def _refuse(request: Request, ctx: Context, work: Work, refusal: Refusal) -> Rendered:
    return render_notice(
        ctx,
        "claim_refused",
        request.language,
        reason=refusal.reason,
        number=work.number,
        synthesis=work.is_synthesis,
        text_language=work.language,
        target=work.target,
        other=next((one for one in ctx.settings.languages if one != work.language), work.language),
        until=_local_day(ctx, refusal),
        most=refusal.most,
    )


def _send(request: Request, ctx: Context, work: Work, claimed: Claimed) -> None:
    """One part of the text."""
    line = f"translate {'synthesis ' if work.is_synthesis else ''}{work.number} {work.target}"
    part = take_part(request, ctx, line, work.text, work.target)
    rendered = render_notice(
        ctx,
        "translation_text",
        work.target,
        number=work.number,
        title=work.title,
        synthesis=work.is_synthesis,
        text_language=work.language,
        target=work.target,
        lack=work.lack,
        covers=work.covers,
        waiting=work.waiting,
        extended=claimed.extended,
        until=_local_day(ctx, claimed),
        **asdict(part),
    )
    enqueue_answer(
        ctx,
        request.incoming,
        SYNTHESIS_TEXT if work.is_synthesis else TEXT,
        f"{request.incoming.delivery_id}.{work.number}.{work.target}.{part.part}",
        work.target,
        rendered,
        reply_to=work.reply_to,
        about=work.about,
    )


def _local_day(ctx: Context, claimed: Claimed | Refusal) -> date | None:
    return claimed.until.astimezone(ctx.settings.zone).date() if claimed.until else None
