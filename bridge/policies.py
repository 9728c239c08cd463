"""Asks the DNS what authors' domains want done with mail in their name (DMARC), beside everything else.

A handler reads the answers from the store; where there is none it does the safe thing, and nothing waits for a name
server. RFC 7489 §6.3 gives the record; its successor's tree walk finds the domain that speaks for a name, which needs
no list of public suffixes.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager

import dns.asyncresolver
import dns.exception
import dns.resolver
from sqlalchemy.exc import SQLAlchemyError
from structlog.typing import FilteringBoundLogger

from handlers.context import Context
from store.policies import UNKNOWN

LOOKUP_SECONDS = 5.0
LONGEST_WALK = 8
"""Labels of a name that are looked at; the longer ones of a deep name are skipped."""

Resolve = Callable[[str], Awaitable[list[str]]]
"""The TXT records of a name; [] where it has none. LookupError where nobody answers."""

_TAG = re.compile(r"(?:^|;)\s*(v|p|sp)\s*=\s*([A-Za-z0-9]+)")


async def find_policy(domain: str, resolve: Resolve) -> str:
    """What a domain, else the nearest one above it, asks for; "absent" where none does, "unknown" where nobody answers."""
    labels = domain.lower().rstrip(".").split(".")
    places = [len(labels), *range(min(len(labels) - 1, LONGEST_WALK - 1), 1, -1)]
    for count in dict.fromkeys(places):
        name = ".".join(labels[-count:])
        try:
            records = await resolve(f"_dmarc.{name}")
        except LookupError:
            return UNKNOWN
        if policy := parse_record(records, below=count != len(labels)):
            return policy
    return "absent"


def parse_record(records: list[str], *, below: bool) -> str | None:
    """The policy in the one DMARC record of a name; that for the names `below` it where it has one; else None."""
    found = [
        dict(_TAG.findall(record)) for record in records if record.lstrip().lower().startswith("v=dmarc1")
    ]
    if len(found) != 1:
        return None
    policy = found[0].get("sp" if below else "p") or found[0].get("p") or "none"
    return policy.lower() if policy.lower() in ("none", "quarantine", "reject") else "none"


async def ask_dns(name: str) -> list[str]:
    """TXT records by the machine's own resolver."""
    try:
        answer = await dns.asyncresolver.resolve(name, "TXT", lifetime=LOOKUP_SECONDS)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except (dns.exception.DNSException, OSError, ValueError) as error:
        raise LookupError(name) from error
    return [b"".join(record.strings).decode("ascii", "replace") for record in answer]


class PolicyLookup:
    """Looks up whatever the store wants to know, one pass at a time."""

    def __init__(
        self,
        unit: Callable[[], AbstractContextManager[Context]],
        resolve: Resolve,
        log: FilteringBoundLogger,
    ) -> None:
        self._unit = unit
        self._resolve = resolve
        self._log = log
        self._looking: asyncio.Task[None] | None = None

    def look(self) -> None:
        """Begin a pass, unless one is under way; in the running loop."""
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self.look_up())

    async def stop(self) -> None:
        """Nothing is lost: what is not known is asked next time."""
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.wait([self._looking])

    async def look_up(self) -> None:
        """One pass over all domains that are wanted."""
        try:
            wanted = await asyncio.to_thread(self._list_wanted)
            for domain in wanted:
                policy = await find_policy(domain, self._resolve)
                await asyncio.to_thread(self._record, domain, policy)
        except SQLAlchemyError as error:
            self._log.warning("policies_not_kept", error=type(error).__name__)

    def _list_wanted(self) -> list[str]:
        with self._unit() as ctx:
            return ctx.uow.policies.list_wanted()

    def _record(self, domain: str, policy: str) -> None:
        with self._unit() as ctx:
            ctx.uow.policies.record(domain, policy)
            ctx.uow.commit()
