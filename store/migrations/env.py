"""Runs the migrations on the connection that `store.database` opened."""

from alembic import context
from sqlmodel import SQLModel

import store.tables  # noqa: F401
from store.search import is_compared

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=SQLModel.metadata,
    render_as_batch=True,
    include_name=is_compared,
)
with context.begin_transaction():
    context.run_migrations()
