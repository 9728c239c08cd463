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

import structlog
from structlog.typing import FilteringBoundLogger

from bridge.relay import Relay
from bridge.smarthost import Smarthost, open_smarthost
from bridge.worker import Worker
from config.addresses import TOKEN_LENGTH
from config.forum import Settings
from config.secret import SECRET_FILE, create_secret, load_secret
from handlers.context import Context
from store.database import Database, open_database
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
    """Open the database and bring the calendar in step with the file. StoreError, ConfigError: one clear line."""
    secret = _get_secret(settings)
    house = House(
        settings=settings,
        database=open_database(settings.database_url, create=create),
        secret=secret,
        now=now or system_clock,
        new_token=new_token or make_token,
        log=structlog.get_logger(),
    )
    with house.unit() as ctx:
        ctx.uow.phases.keep_in_step(settings)
        ctx.uow.commit()
    return house


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


def _get_secret(settings: Settings) -> bytes:
    """The secret; a forum that has none yet gets one, in a file that only its owner reads."""
    path = settings.path.parent / SECRET_FILE
    if not os.environ.get(settings.server.secret_env, "").strip() and not path.exists():
        create_secret(settings.path.parent, secrets.token_bytes)
    return load_secret(settings, os.environ)


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
