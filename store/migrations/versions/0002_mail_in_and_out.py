"""Mail in and out: mailboxes, attachments, bounces, personal copies"""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('attachment',
    sa.Column('hash', sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('first_seen_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('hash')
    )
    op.create_table('domain_policy',
    sa.Column('domain', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('policy', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('checked_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('domain')
    )
    op.create_table('imap_folder',
    sa.Column('url', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('uid_validity', sa.BigInteger(), nullable=False),
    sa.Column('last_uid', sa.BigInteger(), nullable=False),
    sa.Column('since', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('seen_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('url')
    )
    op.create_table('bounce',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('email', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
    sa.Column('weight', sa.Float(), nullable=False),
    sa.Column('status', sqlmodel.sql.sqltypes.AutoString(), nullable=False),
    sa.Column('probe', sa.Boolean(), nullable=False),
    sa.Column('outgoing_id', sa.Integer(), nullable=True),
    sa.Column('delivery_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['delivery_id'], ['delivery.id'], ),
    sa.ForeignKeyConstraint(['outgoing_id'], ['outgoing.id'], ),
    sa.PrimaryKeyConstraint('id')
    )
    with op.batch_alter_table('bounce', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_bounce_at'), ['at'], unique=False)
        batch_op.create_index(batch_op.f('ix_bounce_email'), ['email'], unique=False)

    with op.batch_alter_table('address', schema=None) as batch_op:
        batch_op.add_column(sa.Column('probed_at', sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True))

    with op.batch_alter_table('outgoing', schema=None) as batch_op:
        batch_op.add_column(sa.Column('personal', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column('priority', sa.Integer(), nullable=False, server_default='1'))

    with op.batch_alter_table('outgoing_recipient', schema=None) as batch_op:
        batch_op.add_column(sa.Column('priority', sa.Integer(), nullable=False, server_default='1'))
        batch_op.drop_index(batch_op.f('outgoing_recipient_due'))
        batch_op.create_index('outgoing_recipient_due', ['state', 'priority', 'next_attempt_at'], unique=False)
        batch_op.create_index('outgoing_recipient_sent', ['sent_at'], unique=False)

    with op.batch_alter_table('revision', schema=None) as batch_op:
        batch_op.add_column(sa.Column('place', sqlmodel.sql.sqltypes.AutoString(), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('sent_by', sqlmodel.sql.sqltypes.AutoString(), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('source', sqlmodel.sql.sqltypes.AutoString(), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('written_in', sqlmodel.sql.sqltypes.AutoString(), nullable=False, server_default=''))
        batch_op.add_column(sa.Column('distributed_on', sqlmodel.sql.sqltypes.AutoString(), nullable=False, server_default=''))

    with op.batch_alter_table('token', schema=None) as batch_op:
        batch_op.add_column(sa.Column('about', sqlmodel.sql.sqltypes.AutoString(), nullable=False, server_default=''))



def downgrade() -> None:
    with op.batch_alter_table('token', schema=None) as batch_op:
        batch_op.drop_column('about')

    with op.batch_alter_table('revision', schema=None) as batch_op:
        batch_op.drop_column('distributed_on')
        batch_op.drop_column('written_in')
        batch_op.drop_column('source')
        batch_op.drop_column('sent_by')
        batch_op.drop_column('place')

    with op.batch_alter_table('outgoing_recipient', schema=None) as batch_op:
        batch_op.drop_index('outgoing_recipient_sent')
        batch_op.drop_index('outgoing_recipient_due')
        batch_op.create_index(batch_op.f('outgoing_recipient_due'), ['state', 'next_attempt_at'], unique=False)
        batch_op.drop_column('priority')

    with op.batch_alter_table('outgoing', schema=None) as batch_op:
        batch_op.drop_column('priority')
        batch_op.drop_column('personal')

    with op.batch_alter_table('address', schema=None) as batch_op:
        batch_op.drop_column('probed_at')

    with op.batch_alter_table('bounce', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_bounce_email'))
        batch_op.drop_index(batch_op.f('ix_bounce_at'))

    op.drop_table('bounce')
    op.drop_table('imap_folder')
    op.drop_table('domain_policy')
    op.drop_table('attachment')
