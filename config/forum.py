"""The forum's definition: `forum.toml` as typed, validated, frozen settings.

Nothing is read or written at import; `load_settings` reads the file and nothing else.
"""

from datetime import date, datetime, time
from functools import cached_property
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from config.contradictions import find_contradictions
from config.dates import PhaseDates, phase_dates
from config.fields import (
    ClockTime,
    DatabaseUrl,
    Delimiter,
    DkimSelector,
    Domain,
    Email,
    HostPort,
    ImapUrl,
    Language,
    Listener,
    Moment,
    Reminder,
    ShortName,
    Smarthost,
    Texts,
    TimeZone,
)
from config.loading import ConfigError, at_line, describe_mistakes, read_toml

__all__ = ["ConfigError", "Forum", "MailingList", "Phase", "Server", "Settings", "Theme", "load_settings"]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class ImapAccount(_Part):
    """A mailbox that is read: mail that it holds for an address of ours, and that of external lists."""

    url: ImapUrl
    password_env: str
    poll_seconds: int = Field(default=300, ge=10, le=1_700)
    move_to: str | None = None


class Server(_Part):
    """Where the daemon listens, keeps its records and sends; sizes in bytes."""

    database: DatabaseUrl = "sqlite:///forum.db"
    smtp: HostPort | None = None
    smtp_login: str | None = None
    smtp_password_env: str = "MANYVOICES_SMTP_PASSWORD"
    tls_certificate: str | None = None
    tls_key: str | None = None
    lmtp: Listener | None = None
    web: HostPort | None = None
    base_url: str | None = None
    smarthost: Smarthost
    smarthost_rate: int | None = Field(default=None, ge=1)
    verp: Literal["adaptive", "always"] = "adaptive"
    from_rewrite: Literal["never", "dmarc", "always"] = "always"
    dkim_selector: DkimSelector | None = None
    dkim_key: str | None = None
    max_message_size: int = Field(default=10_000_000, ge=1_000)
    max_contribution_size: int = Field(default=1_000_000, ge=1_000)
    subaddress_delimiter: Delimiter = "+"
    secret_env: str = "MANYVOICES_SECRET"
    linking: Literal["content", "explicit"] = "content"
    imap: list[ImapAccount] = []


class Forum(_Part):
    """The forum as a whole."""

    name: ShortName
    domain: Domain
    time_zone: TimeZone = "UTC"
    default_language: Language
    moderation: Literal["all", "newcomers", "none"] = "all"
    newcomer_posts: int = Field(default=1, ge=1)
    organizers: list[Email] = Field(min_length=1)
    relays: list[Email] = []
    bounce_score: int = Field(default=5, ge=1)
    delivery: Literal["full", "notice", "daily", "weekly", "phase"] = "full"
    claim_days: int = Field(default=14, ge=1)
    link_days: int = Field(default=60, ge=1)
    announce_at: ClockTime = time(9)
    title: Texts = Field(min_length=1)


class MailingList(_Part):
    """The mailing list of one language."""

    language: Language
    address: Email
    hosted: bool = True
    subscribed_as: Email | None = None
    moderators: list[Email] = []


class Question(_Part):
    """A numbered question of a theme."""

    number: int = Field(ge=1)
    text: Texts = Field(min_length=1)


class Phase(_Part):
    """A half-open interval in which some questions are taken up."""

    number: int = Field(ge=1)
    questions: list[int] = Field(min_length=1)
    opens: Moment
    closes: Moment
    reminders: list[Reminder] = []
    announce_at: ClockTime | None = None
    looks_at: Texts = {}

    def dates(self, forum: Forum) -> PhaseDates:
        """Its instants in the forum's time zone."""
        at = self.announce_at or forum.announce_at
        opens: date | datetime = self.opens
        closes: date | datetime = self.closes
        return phase_dates(opens, closes, self.reminders, at, ZoneInfo(forum.time_zone))


class Theme(_Part):
    """A theme with its questions and phases."""

    number: int = Field(ge=1)
    title: Texts = Field(min_length=1)
    questions: list[Question] = []
    phases: list[Phase] = []


class Settings(_Part):
    """The whole of `forum.toml`, and the questions that the rooms ask of it."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, ignored_types=(cached_property,))

    server: Server
    forum: Forum
    lists: list[MailingList] = Field(min_length=1)
    themes: list[Theme] = []
    path: Path

    @property
    def languages(self) -> tuple[str, ...]:
        """The forum's languages in the order of `[[lists]]`."""
        return tuple(item.language for item in self.lists)

    @cached_property
    def zone(self) -> ZoneInfo:
        """The forum's time zone."""
        return ZoneInfo(self.forum.time_zone)

    @property
    def database_url(self) -> str:
        """The database; a relative SQLite path is relative to the file's own folder."""
        scheme, _, name = self.server.database.partition("sqlite:///")
        return self.server.database if scheme else f"sqlite:///{self.path.parent / name}"

    def list_for(self, language: str) -> MailingList:
        """The list of a language; KeyError where the forum has none."""
        for item in self.lists:
            if item.language == language:
                return item
        raise KeyError(language)

    def get_phase(self, theme: int, number: int) -> tuple[Theme, Phase]:
        """A phase by its numbers; KeyError where there is none."""
        for item in self.themes:
            for phase in item.phases:
                if (item.number, phase.number) == (theme, number):
                    return item, phase
        raise KeyError(f"{theme}.{number}")

    def find_file(self, name: str) -> Path:
        """A file that a setting names; a relative one lies beside forum.toml."""
        return self.path.parent / name

    def text(self, texts: dict[str, str], language: str) -> str:
        """A text in a language, else in the default language, else in any; empty where there is none."""
        return texts.get(language) or texts.get(self.forum.default_language) or next(iter(texts.values()), "")

    def moderators(self, language: str) -> tuple[str, ...]:
        """Who decides on a language's list; the organizers where it names nobody."""
        return tuple(self.list_for(language).moderators or self.forum.organizers)

    def is_organizer(self, email: str) -> bool:
        """Whether an address is an organizer's. From can be forged: this alone authorises nothing."""
        return email.lower() in self.forum.organizers

    def find_warnings(self) -> list[str]:
        """What works but is probably not meant: missing translations, lists whose moderators are the organizers."""
        warnings = [
            f"list {item.language}: no moderators; the organizers decide"
            for item in self.lists
            if not item.moderators
        ]
        if self.forum.moderation == "newcomers":
            warnings.append("forum.moderation: nobody is known for certain yet, so every post waits")
        named: list[tuple[str, dict[str, str]]] = [("forum.title", self.forum.title)]
        for theme in self.themes:
            named.append((f"theme {theme.number}: title", theme.title))
            named.extend((f"theme {theme.number}: question {q.number}", q.text) for q in theme.questions)
            named.extend(
                (f"phase {theme.number}.{p.number}: looks_at", p.looks_at) for p in theme.phases if p.looks_at
            )
        for name, texts in named:
            if missing := [language for language in self.languages if language not in texts]:
                warnings.append(f"{name}: not in {', '.join(missing)}; the default language stands in")
        return warnings


def load_settings(path: Path) -> Settings:
    """Read and validate `forum.toml`; ConfigError names every mistake at once, each in one line with its place."""
    path = path.absolute()
    document, lines = read_toml(path)
    try:
        settings = Settings.model_validate({**document, "path": path})
    except ValidationError as error:
        raise ConfigError(describe_mistakes(path, error, lines)) from None
    if mistakes := [at_line(path, lines, place, what) for place, what in find_contradictions(settings)]:
        raise ConfigError(mistakes)
    return settings
