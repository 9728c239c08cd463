"""Secrets that let one person decide once: only their hashes are kept (of 130 bits)."""

import hashlib
from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlmodel import Session, col

from store.tables import Token


def hash_token(secret: str) -> str:
    """What is kept of a secret. It has 130 random bits, so a plain hash cannot be searched."""
    return hashlib.sha256(secret.lower().encode()).hexdigest()


class Tokens:
    """Issues, finds and ends tokens."""

    def __init__(self, session: Session, now: datetime) -> None:
        self._session = session
        self._now = now

    def issue(
        self,
        secret: str,
        purpose: str,
        email: str,
        language: str,
        lifetime: timedelta,
        *,
        revision_id: int | None = None,
        synthesis_id: int | None = None,
        about: str = "",
    ) -> Token:
        """Keep the hash of a secret that was given to `email`."""
        token = Token(
            hash=hash_token(secret),
            purpose=purpose,
            email=email,
            language=language,
            revision_id=revision_id,
            synthesis_id=synthesis_id,
            about=about,
            created_at=self._now,
            expires_at=self._now + lifetime,
        )
        self._session.add(token)
        self._session.flush()
        return token

    def find(self, secret: str) -> Token | None:
        """The token of a secret, also one that is used, dead or expired."""
        query = select(Token).where(col(Token.hash) == hash_token(secret))
        return self._session.execute(query).scalars().first()

    def find_by_id(self, token_id: int | None) -> Token | None:
        """The token that one of our mails carried."""
        return self._session.get(Token, token_id) if token_id is not None else None

    def use(self, token: Token) -> bool:
        """Spend a token; False where somebody was faster, or it has expired."""
        changed = self._session.execute(
            update(Token)
            .where(
                col(Token.id) == token.id,
                col(Token.used_at).is_(None),
                col(Token.dead_at).is_(None),
                col(Token.expires_at) > self._now,
            )
            .values(used_at=self._now)
            .returning(col(Token.id))
        )
        return changed.first() is not None

    def end(self, token: Token) -> bool:
        """Whoever was asked says no; False where it was answered before, or has expired."""
        if not self.use(token):
            return False
        self._session.execute(
            update(Token).where(col(Token.id) == token.id).values(used_at=None, dead_at=self._now)
        )
        return True

    def give_back(self, token: Token) -> None:
        """What a token was used for just now could not be done: it is good again."""
        self._session.execute(update(Token).where(col(Token.id) == token.id).values(used_at=None))

    def end_for_revision(self, revision_id: int) -> None:
        """Somebody decided: every other token for the revision is dead."""
        self._session.execute(
            update(Token)
            .where(
                col(Token.revision_id) == revision_id,
                col(Token.used_at).is_(None),
                col(Token.dead_at).is_(None),
            )
            .values(dead_at=self._now)
        )

    def end_about(self, purpose: str, about: str) -> None:
        """Somebody decided, or it was replaced: every other token of a purpose about the same thing is dead."""
        self._session.execute(
            update(Token)
            .where(
                col(Token.purpose) == purpose,
                col(Token.about) == about,
                col(Token.used_at).is_(None),
                col(Token.dead_at).is_(None),
            )
            .values(dead_at=self._now)
        )

    def revive_for_revision(self, revision_id: int, language: str) -> None:
        """A decision was undone: the tokens of a list's moderators are good again; those of a list that it left stay dead."""
        self._session.execute(
            update(Token)
            .where(col(Token.revision_id) == revision_id, col(Token.language) == language)
            .values(used_at=None, dead_at=None)
        )

    def list_unconfirmed(self, purpose: str, emails: Collection[str], since: datetime) -> list[Token]:
        """What a person, by any of their addresses, was asked since an instant and has not said yes to: also after a no."""
        query = select(Token).where(
            col(Token.purpose) == purpose,
            col(Token.email).in_(emails),
            col(Token.created_at) > since,
            col(Token.used_at).is_(None),
        )
        return list(self._session.execute(query.order_by(col(Token.id))).scalars())

    def list_used(self, purpose: str, email: str, since: datetime) -> list[Token]:
        """What an address has said yes to since an instant."""
        query = select(Token).where(
            col(Token.purpose) == purpose, col(Token.email) == email, col(Token.used_at) > since
        )
        return list(self._session.execute(query.order_by(col(Token.id))).scalars())
