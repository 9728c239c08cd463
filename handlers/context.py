"""What a handler is given and what it gives back. Frozen: a handler loads, decides, saves and enqueues, no more."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from config.addresses import Addresses, LocalAddress
from config.forum import Settings
from handlers.attribution import Attribution
from handlers.classify import Kind
from handlers.linking.matching import Match, Matcher
from handlers.linking.signals import Signal
from handlers.mail.body import Attachment
from handlers.mail.parse import ParsedMail
from store.tables import Contribution, Delivery, Outgoing, Token
from store.unit import UnitOfWork


@dataclass(frozen=True, slots=True)
class Context:
    """The forum, the unit of work, the instant and the source of secrets; `new_token` gives 26 base32 characters."""

    settings: Settings
    uow: UnitOfWork
    now: datetime
    new_token: Callable[[], str]
    secret: bytes
    open_matcher: Callable[[], Matcher | None] = lambda: None
    """What makes the matcher at the first call: most of what is done compares nothing."""

    @property
    def matcher(self) -> Matcher | None:
        """What compares texts by their content; None where it is not installed or not wanted."""
        return self.open_matcher()

    @property
    def addresses(self) -> Addresses:
        """The forum's own addresses."""
        return Addresses(self.settings)

    @property
    def forum_language(self) -> str:
        """The language of organizers' mail and of whoever has none."""
        return self.settings.forum.default_language


@dataclass(frozen=True, slots=True)
class Incoming:
    """One delivery, read: what it says, where it went, what it answers.

    `text` is what its author wrote; `cut` what was taken out as quotes, signature or our own words.
    """

    delivery: Delivery
    mail: ParsedMail
    to: LocalAddress | None
    kind: Kind
    text: str
    cut: str
    size: int
    answered: Outgoing | None = None
    token: Token | None = None
    signal: Signal | None = None
    subject_of: Contribution | None = None
    """The contribution that it translates or comments."""
    named: tuple[Contribution, ...] = ()
    """Those that it may translate, where it names several."""
    match: Match | None = None
    """Why it is a translation, where its text was compared with what it answers."""
    by: Attribution | None = None
    """The author, where somebody else sent the text and may vouch for it."""
    source: str = ""
    """Name of the attachment that the text was read from."""
    wanted: tuple[Attachment, ...] = ()
    """Documents whose text has to be read before the mail can be handled."""
    unread: bool = False
    """It says no more than that something is attached, which could not be read."""
    distributed: bool = False
    """The external list of its language has sent it to its readers, us among them."""
    past_list: bool = False
    """It came where only what that list distributes should."""
    own_copy: bool = False
    """We wrote it."""

    @property
    def delivery_id(self) -> int:
        """The spool row."""
        return self.delivery.id or 0

    @property
    def language(self) -> str:
        """The language of the list it was sent to; KeyError for an address that is no list's."""
        if self.to is None or self.to.language is None:
            raise KeyError("not sent to a list")
        return self.to.language

    @property
    def pressed(self) -> bool:
        """It is the button of a page of ours that somebody pressed, and no mail."""
        return self.delivery.edge == "web"

    @property
    def live(self) -> bool:
        """False for what an archive import brought: nobody is written to."""
        return self.delivery.live

    @property
    def author_email(self) -> str:
        """The address in From, or nothing."""
        return self.mail.author.email if self.mail.author else ""

    @property
    def message_id(self) -> str:
        """The Message-ID of the mail, or nothing."""
        return self.mail.message_id


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a delivery: its name in `reconcile`, why, and what it belongs to."""

    name: str
    reason: str = ""
    contribution_id: int | None = None
    revision_id: int | None = None
