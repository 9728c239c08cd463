"""Everything by mail: what people want sent, abstracts, long texts read in parts"""

import sqlalchemy as sa
import sqlmodel
from alembic import op
from sqlalchemy.dialects import postgresql

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('abstract',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('contribution_id', sa.Integer(), nullable=False),
    sa.Column('language', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('state', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('origin', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('title', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('text', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('author_name', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('author_email', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('machine', sa.Boolean(), nullable=False),
    sa.Column('delivery_id', sa.Integer(), nullable=True),
    sa.Column('received_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('published_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['contribution_id'], ['contribution.id'], ),
    sa.ForeignKeyConstraint(['delivery_id'], ['delivery.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('abstract', schema=None) as batch_op:
        batch_op.create_index('abstract_of', ['contribution_id', 'language', 'state'], unique=False)
        batch_op.create_index(batch_op.f('ix_abstract_author_email'), ['author_email'], unique=False)

    op.create_table('postponed',
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('revision_id', sa.Integer(), nullable=False),
    sa.Column('language', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('since', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('told_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], ),
    sa.ForeignKeyConstraint(['revision_id'], ['revision.id'], ),
    sa.PrimaryKeyConstraint('person_id', 'revision_id')
    )
    with op.batch_alter_table('postponed', schema=None) as batch_op:
        batch_op.create_index('postponed_untold', ['told_at', 'person_id'], unique=False)

    op.create_table('reading',
    sa.Column('email', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('command', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('part', sa.Integer(), nullable=False),
    sa.Column('parts', sa.Integer(), nullable=False),
    sa.Column('read_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('email')
    )
    with op.batch_alter_table('person', schema=None) as batch_op:
        batch_op.add_column(sa.Column('mode', sqlmodel.sql.sqltypes.AutoString(), nullable=False, server_default='full'))
        batch_op.add_column(sa.Column('mode_until', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
        batch_op.add_column(sa.Column('mode_after', sqlmodel.sql.sqltypes.AutoString(), nullable=False, server_default='full'))
        batch_op.add_column(sa.Column('budget', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('time_zone', sqlmodel.sql.sqltypes.AutoString(), nullable=True))
        batch_op.add_column(sa.Column('digest_hour', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('digested_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))
        batch_op.create_index(batch_op.f('ix_person_mode'), ['mode'], unique=False)

    _create_search_index()


def _create_search_index() -> None:
    """The index over published texts (store/search.py); what there is already is indexed when the forum runs."""
    if op.get_bind().dialect.name == 'sqlite':
        # The texts themselves are not kept in it a second time (content='').
        op.execute(
            "CREATE VIRTUAL TABLE search_index USING fts5(title, body, content='', "
            "tokenize=\"unicode61 remove_diacritics 2 categories 'L* N* M*'\")"
        )
        return
    op.create_table('search_index',
    sa.Column('revision_id', sa.Integer(), nullable=False),
    sa.Column('configuration', sa.String(), nullable=False),
    sa.Column('words', postgresql.TSVECTOR(), nullable=False),
    sa.ForeignKeyConstraint(['revision_id'], ['revision.id'], ),
    sa.PrimaryKeyConstraint('revision_id')
    )
    op.create_index('search_index_words', 'search_index', ['words'], unique=False, postgresql_using='gin')


def downgrade() -> None:
    op.drop_table('search_index')
    with op.batch_alter_table('person', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_person_mode'))
        batch_op.drop_column('digested_at')
        batch_op.drop_column('digest_hour')
        batch_op.drop_column('time_zone')
        batch_op.drop_column('budget')
        batch_op.drop_column('mode_after')
        batch_op.drop_column('mode_until')
        batch_op.drop_column('mode')

    op.drop_table('reading')
    with op.batch_alter_table('postponed', schema=None) as batch_op:
        batch_op.drop_index('postponed_untold')

    op.drop_table('postponed')
    with op.batch_alter_table('abstract', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_abstract_author_email'))
        batch_op.drop_index('abstract_of')

    op.drop_table('abstract')
