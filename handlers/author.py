"""In whose name a text is passed on: its author's own address, or the list's where the author's domain would object.

We write a mail of our own for each text, so that neither the author's DKIM signature nor SPF can vouch for it: a
domain whose DMARC policy asks for that would have its readers' servers refuse the mail (RFC 7489 §6.3, §10.2).
"""

from config.i18n import get_catalogue
from handlers.context import Context
from handlers.mail.compose import is_deliverable
from handlers.mail.headers import Mailbox
from handlers.notices import find_forum_title, shown_name

OBJECT = ("quarantine", "reject")


def find_from(ctx: Context, name: str, email: str, language: str) -> Mailbox:
    """Display name and address for From: "Ana via the forum" and the list's, else the author's own two."""
    mailing_list = ctx.settings.list_for(language)
    if not mailing_list.hosted or not is_deliverable(email) or _needs_rewrite(ctx, email):
        via = get_catalogue(language).gettext("%(name)s via %(forum)s")
        shown = via % {"name": shown_name(name, language), "forum": find_forum_title(ctx, language)}
        return Mailbox(shown, mailing_list.address)
    return Mailbox(shown_name(name, language), email)


def _needs_rewrite(ctx: Context, email: str) -> bool:
    """A domain that is not known (yet) is treated as one that objects."""
    choice = ctx.settings.server.from_rewrite
    if choice != "dmarc":
        return choice == "always"
    policy = ctx.uow.policies.find(email.rpartition("@")[2])
    return policy is None or policy in OBJECT
