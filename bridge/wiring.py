"""Builds the objects of a running forum and passes them in; nowhere else are clock, secrets or database chosen."""

import base64
import logging
import os
import secrets
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path

import structlog
from sqlalchemy.exc import IntegrityError
from structlog.typing import FilteringBoundLogger

from bridge.documents import read_document
from bridge.edge import Edge
from bridge.edge.credentials import find_login, load_certificate
from bridge.edge.imap import ImapEdge
from bridge.edge.lmtp import LmtpEdge
from bridge.edge.mailbox import parse_account
from bridge.edge.smtp import SmtpEdge
from bridge.encoder import make_matcher
from bridge.policies import PolicyLookup, ask_dns
from bridge.relay import Relay
from bridge.signature import open_seal
from bridge.smarthost import Smarthost, open_smarthost
from bridge.stamp import make_stamp
from bridge.systemd import NO_SOCKETS, Sockets, refuse_unused
from bridge.web.edge import Presser, WebEdge
from bridge.web.pages import Asked, make_app
from bridge.worker import Worker
from config.addresses import TOKEN_LENGTH
from config.forum import Settings
from config.i18n import get_catalogue
from config.secret import SECRET_FILE, create_secret, load_secret
from handlers.context import Context
from handlers.linking.matching import Matcher
from store.database import Database, StoreError, open_database
from store.figures import read_figures
from store.folders import Folders
from store.spool import Spool
from store.unit import UnitOfWork

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class House:
    """A forum with its database open: what every role and every command of the command line starts from."""

    settings: Settings
    database: Database
    secret: bytes
    now: Clock
    new_token: Callable[[], str]
    log: FilteringBoundLogger
    open_matcher: Callable[[], Matcher | None] = lambda: None

    @contextmanager
    def unit(self, now: datetime | None = None) -> Iterator[Context]:
        """A unit of work at an instant; whoever opened it commits it."""
        instant = now or self.now()
        with UnitOfWork(self.database, instant) as uow:
            yield Context(self.settings, uow, instant, self.new_token, self.secret, self.open_matcher)

    def close(self) -> None:
        """Give the database back."""
        self.database.close()


def open_house(
    settings: Settings,
    *,
    now: Clock | None = None,
    new_token: Callable[[], str] | None = None,
    create: bool = True,
) -> House:
    """Open the database, and nothing else. StoreError, ConfigError, MissingCatalogueError: one clear line."""
    for language in settings.languages:
        get_catalogue(language)
    if not create:
        _refuse_missing(settings.database_url)
    with _secret(settings) as secret:
        database = open_database(settings.database_url, create=create)
    house = House(
        settings=settings,
        database=database,
        secret=secret,
        now=now or system_clock,
        new_token=new_token or make_token,
        log=structlog.get_logger(),
        open_matcher=cache(partial(make_matcher, settings)),
    )
    return house


def keep_in_step(house: House) -> None:
    """Bring the calendar in the database up to date with the file: for what runs the forum, not for who looks at it."""
    for last in (False, True):
        try:
            with house.unit() as ctx:
                ctx.uow.phases.keep_in_step(house.settings)
                ctx.uow.commit()
            return
        except IntegrityError:
            # Another process began on the same new database at the same time, and was faster.
            if last:
                raise


def make_edges(
    house: House, spool: Spool, list_ended: Callable[[], list[str]], sockets: Sockets = NO_SOCKETS
) -> tuple[Edge, ...]:
    """The doors that forum.toml opens, in the order in which they begin, on the sockets that systemd passed.

    `list_ended` names the roles that do not run (for `/healthz`). ConfigError, EdgeError for one that cannot be.
    """
    server = house.settings.server
    edges: list[Edge] = []
    if server.smtp:
        login, tls = find_login(house.settings, os.environ), load_certificate(house.settings)
        passed = sockets.get(SmtpEdge.name, ())
        edges.append(
            SmtpEdge(house.settings, spool, house.now, house.log, login=login, tls=tls, passed=passed)
        )
    if server.lmtp:
        passed = sockets.get(LmtpEdge.name, ())
        edges.append(LmtpEdge(house.settings, spool, house.now, house.log, passed=passed))
    if server.imap:
        accounts = [parse_account(item, os.environ) for item in server.imap]
        folders = Folders(house.database)
        edges.append(ImapEdge(accounts, house.settings, spool, folders, house.now, house.log))
    if server.web:
        passed = sockets.get(WebEdge.name, ())
        asked = Asked(
            settings=house.settings,
            now=house.now,
            read_figures=partial(read_figures, house.database.engine),
            list_ended=list_ended,
            press=Presser(spool, house.now),
        )
        edges.append(WebEdge(make_app(asked), server.web, passed))
    refuse_unused(sockets, (edge.name for edge in edges))
    return tuple(edges)


def make_policies(house: House) -> PolicyLookup | None:
    """What asks the DNS about authors' domains; None where nobody wants to know."""
    if house.settings.server.from_rewrite != "dmarc":
        return None
    return PolicyLookup(house.unit, ask_dns, house.log)


def make_worker(house: House, on_done: Callable[[], None]) -> Worker:
    """The worker of a house; `on_done` is called when there may be mail to send."""
    return Worker(house.unit, house.now, on_done, read_document, house.log)


def make_smarthost(settings: Settings) -> Smarthost:
    """The smarthost of the settings, and the key that signs; nothing is connected yet. ConfigError: one clear line."""
    seal = open_seal(settings, system_clock)
    return open_smarthost(settings.server.smarthost, os.environ, hostname=settings.forum.domain, seal=seal)


def make_relay(house: House, smarthost: Smarthost) -> Relay:
    """The relay of a house."""
    return Relay(
        house.database.engine,
        smarthost,
        house.now,
        house.log,
        stamp=make_stamp(house.settings, house.secret),
        rate=house.settings.server.smarthost_rate,
    )


def system_clock() -> datetime:
    """Now, aware UTC. The only place that asks the machine."""
    return datetime.now(UTC)


def make_token() -> str:
    """26 base32 characters: 130 random bits."""
    return base64.b32encode(secrets.token_bytes(17)).decode().lower()[:TOKEN_LENGTH]


def find_secret(settings: Settings) -> bytes | None:
    """The secret; None where a forum has none yet. ConfigError where it cannot be used."""
    path = settings.path.parent / SECRET_FILE
    if not os.environ.get(settings.server.secret_env, "").strip() and not path.exists():
        return None
    return load_secret(settings, os.environ)


@contextmanager
def _secret(settings: Settings) -> Iterator[bytes]:
    """The secret; a forum that has none yet gets one, unless its database cannot be opened either."""
    if secret := find_secret(settings):
        yield secret
        return
    made = create_secret(settings.path.parent, secrets.token_bytes)
    try:
        yield load_secret(settings, os.environ)
    except StoreError:
        made.unlink()
        raise


def _refuse_missing(database_url: str) -> None:
    """StoreError for an SQLite file that is not there: whoever only connects has made an empty one."""
    scheme, _, name = database_url.partition("sqlite:///")
    if not scheme and name and not Path(name).exists():
        raise StoreError(f"{database_url}: there is no database yet (manyvoices run creates it)")


def set_up_logging(*, json: bool, level: int = logging.INFO) -> None:
    """Log lines on stderr: events with key-values; JSON where nobody looks at a terminal."""
    renderer = structlog.processors.JSONRenderer() if json else structlog.dev.ConsoleRenderer()
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
