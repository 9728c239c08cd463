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
from pathlib import Path

import structlog
from sqlalchemy.exc import IntegrityError
from structlog.typing import FilteringBoundLogger

from bridge.relay import Relay
from bridge.smarthost import Smarthost, open_smarthost
from bridge.worker import Worker
from config.addresses import TOKEN_LENGTH
from config.forum import Settings
from config.i18n import get_catalogue
from config.secret import SECRET_FILE, create_secret, load_secret
from handlers.context import Context
from store.database import Database, StoreError, open_database
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

    @contextmanager
    def unit(self, now: datetime | None = None) -> Iterator[Context]:
        """A unit of work at an instant; whoever opened it commits it."""
        instant = now or self.now()
        with UnitOfWork(self.database, instant) as uow:
            yield Context(self.settings, uow, instant, self.new_token, self.secret)

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


def make_worker(house: House, on_done: Callable[[], None]) -> Worker:
    """The worker of a house; `on_done` is called when there may be mail to send."""
    return Worker(house.unit, house.now, on_done, house.log)


def make_smarthost(settings: Settings) -> Smarthost:
    """The smarthost of the settings; nothing is connected yet."""
    return open_smarthost(settings.server.smarthost, os.environ, hostname=settings.forum.domain)


def make_relay(house: House, smarthost: Smarthost) -> Relay:
    """The relay of a house."""
    return Relay(house.database.engine, smarthost, house.now, house.log)


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
