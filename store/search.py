"""Searches all published texts, in every language: SQLite's FTS5, or PostgreSQL's full text search.

What is indexed is folded first (`config/folding.py`), so that both find the same; PostgreSQL's stemmers know more forms
of a word besides. A text is indexed when it is published, in the same transaction, and stays: whether it may be found
is asked of its contribution when somebody searches.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Float, Integer, case, column, func, select, text
from sqlmodel import Session, col

from config.folding import fold_text
from config.i18n import get_catalogue
from store.posts import PUBLISHED
from store.tables import Contribution, Revision, Version
from store.terms import Term, ask_postgresql, ask_sqlite

MAX_INDEXED = 400_000
"""Bytes of a folded text that are indexed: a tsvector holds a megabyte, and needs up to twice the text's size."""
MAX_LOOKED_THROUGH = 50_000
"""Characters of a text in which the words are looked for, to be shown."""

_KEEP_IN_SQLITE = """
INSERT INTO search_index (rowid, title, body)
SELECT :id, :title, :body WHERE NOT EXISTS (SELECT 1 FROM search_index WHERE rowid = :id)
"""
_KEEP_IN_POSTGRESQL = """
INSERT INTO search_index (revision_id, configuration, words)
SELECT :id, used.name, setweight(to_tsvector(used.name::regconfig, :title), 'A')
  || setweight(to_tsvector(used.name::regconfig, :body), 'D')
FROM (SELECT coalesce((SELECT cfgname FROM pg_ts_config
                       WHERE cfgname = :language AND cfgnamespace = 'pg_catalog'::regnamespace), 'simple')
      AS name) AS used
ON CONFLICT (revision_id) DO NOTHING
"""
"""A configuration of PostgreSQL is called as its language is in English; "simple" knows no language."""

_LIST_IN_SQLITE = "SELECT rowid AS id FROM search_index"
_LIST_IN_POSTGRESQL = "SELECT revision_id AS id FROM search_index"

_FIND_IN_SQLITE = """
SELECT rowid AS revision_id, rank FROM search_index
WHERE search_index MATCH :asked AND rank MATCH 'bm25(4.0, 1.0)'
"""
_FIND_IN_POSTGRESQL = """
WITH asked AS MATERIALIZED (
  SELECT configuration, {query} AS query
  FROM (SELECT DISTINCT configuration FROM search_index) AS used
)
SELECT one.revision_id, -ts_rank(one.words, asked.query, 1) AS rank
FROM asked CROSS JOIN LATERAL (
  SELECT revision_id, words FROM search_index AS each
  WHERE each.words @@ asked.query AND each.configuration = asked.configuration OFFSET 0
) AS one
"""


@dataclass(frozen=True, slots=True)
class Hit:
    """A contribution that was found, by its text in a language."""

    contribution_id: int
    revision_id: int
    language: str


@dataclass(frozen=True, slots=True)
class Found:
    """The best contributions, best first, and how many there are in all."""

    hits: tuple[Hit, ...]
    total: int


class Search:
    """The index over published texts."""

    def __init__(self, session: Session, now: datetime) -> None:
        self._session = session
        self._now = now

    def index(self, revision_id: int, language: str, title: str, body: str) -> None:
        """Make a text one that can be found; one that is indexed already stays as it is."""
        values = {"id": revision_id, "title": _fold(title, 4_000), "body": _fold(body, MAX_INDEXED)}
        if self._on_postgresql:
            values["language"] = get_catalogue("en").language_name(language).lower()
        self._session.execute(text(_KEEP_IN_POSTGRESQL if self._on_postgresql else _KEEP_IN_SQLITE), values)

    def index_missing(self, limit: int) -> int:
        """Index published texts that are not yet; how many there were. An upgrade leaves all of them so."""
        indexed = text(_LIST_IN_POSTGRESQL if self._on_postgresql else _LIST_IN_SQLITE)
        query = (
            select(col(Revision.id), col(Version.language), col(Revision.title), col(Revision.text))
            .join(Version, col(Version.current_revision_id) == col(Revision.id))
            .where(
                col(Revision.state) == PUBLISHED,
                col(Revision.id).not_in(indexed.columns(column("id", Integer))),
            )
            .order_by(col(Revision.id).desc())
            .limit(limit)
        )
        rows = self._session.execute(query).all()
        for row in rows:
            self.index(row[0] or 0, row[1], row[2], row[3])
        return len(rows)

    def find(self, terms: Sequence[Term], reader: str, limit: int) -> Found:
        """Contributions of which one current text has every term; nothing where there is none to look for.

        Each is found by its text in the reader's language where that has them, else by the one that fits best.
        """
        if all(term.excluded for term in terms):
            return Found((), 0)
        # Asked once, whatever else the planner thinks of.
        matching = self._match(terms).cte("matching").prefix_with("MATERIALIZED", dialect="postgresql")
        rank = matching.c.rank
        own_first = case((col(Version.language) == reader, 0), else_=1)
        of_one = col(Contribution.id)
        found = (
            select(
                of_one.label("contribution_id"),
                col(Revision.id).label("revision_id"),
                col(Version.language).label("language"),
                col(Contribution.number).label("number"),
                func.min(rank).over(partition_by=of_one).label("best"),
                func.row_number().over(partition_by=of_one, order_by=(own_first, rank)).label("place"),
            )
            .select_from(matching)
            .join(Revision, col(Revision.id) == matching.c.revision_id)
            .join(Version, col(Version.id) == col(Revision.version_id))
            .join(Contribution, of_one == col(Version.contribution_id))
            .where(
                col(Version.current_revision_id) == col(Revision.id),
                col(Contribution.number).is_not(None),
                col(Contribution.withdrawn_at).is_(None),
                col(Contribution.merged_into_id).is_(None),
            )
            .subquery()
        )
        query = (
            select(found.c.contribution_id, found.c.revision_id, found.c.language, func.count().over())
            .where(found.c.place == 1)
            .order_by(found.c.best, found.c.number.desc())
            .limit(limit)
        )
        rows = self._session.execute(query).all()
        return Found(tuple(Hit(row[0], row[1], row[2]) for row in rows), rows[0][3] if rows else 0)

    def read(self, hits: Sequence[Hit]) -> dict[int, str]:
        """Revision → the beginning of its text, long enough to find the words in."""
        query = select(col(Revision.id), func.substr(col(Revision.text), 1, MAX_LOOKED_THROUGH)).where(
            col(Revision.id).in_([hit.revision_id for hit in hits])
        )
        return {row[0]: row[1] for row in self._session.execute(query)}

    def list_titles(self, hits: Sequence[Hit]) -> dict[int, dict[str, str]]:
        """Contribution → the title of each of its published texts by language, the original first."""
        query = (
            select(col(Contribution.id), col(Version.language), col(Revision.title))
            .join(Version, col(Version.contribution_id) == col(Contribution.id))
            .join(Revision, col(Revision.id) == col(Version.current_revision_id))
            .where(col(Contribution.id).in_([hit.contribution_id for hit in hits]))
            .order_by(col(Version.language) != col(Contribution.language), col(Version.id))
        )
        found: dict[int, dict[str, str]] = {}
        for contribution_id, language, title in self._session.execute(query):
            found.setdefault(contribution_id or 0, {})[language] = title
        return found

    @property
    def _on_postgresql(self) -> bool:
        return self._session.get_bind().dialect.name == "postgresql"

    def _match(self, terms: Sequence[Term]) -> Any:
        """(revision, rank) of the texts that have every term; the smaller the rank, the better."""
        columns = (column("revision_id", Integer), column("rank", Float))
        if self._on_postgresql:
            query, values = ask_postgresql(terms)
            return text(_FIND_IN_POSTGRESQL.format(query=query)).bindparams(**values).columns(*columns)
        return text(_FIND_IN_SQLITE).bindparams(asked=ask_sqlite(terms)).columns(*columns)


def is_compared(name: str | None, kind: str, _parents: object) -> bool:
    """Whether Alembic compares something of the database with the tables: the index is made by hand (`include_name`)."""
    return kind != "table" or not (name or "").startswith("search_index")


def _fold(body: str, limit: int) -> str:
    """A text as it is indexed: at most `limit` bytes, cut between words."""
    folded = fold_text(body[:limit])
    size = len(folded.encode())
    return folded if size <= limit else folded.encode()[:limit].decode("utf-8", "ignore").rpartition(" ")[0]
