"""The four tables of accounts."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    ordered_text = sa.String(255).with_variant(sa.String(255, collation="C"), "postgresql")
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "users",
        sa.Column("id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("email", ordered_text, nullable=False),
        sa.Column("subscription_tier", sa.String(16), nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("updated_at", moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
        sa.UniqueConstraint("email", name="uq_users_email"),
        sa.CheckConstraint(
            "subscription_tier IN ('free', 'pro', 'enterprise')", name=op.f("ck_users_subscription_tier")
        ),
    )
    op.create_table(
        "sessions",
        sa.Column("id", sa.String(255), nullable=False),
        sa.Column("user_id", sa.Uuid(as_uuid=False), nullable=True),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("expires_at", moment, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sessions"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_sessions_user_id", ondelete="CASCADE"),
    )
    op.create_index("ix_sessions_user_id", "sessions", ["user_id"])
    op.create_index("ix_sessions_expires_at", "sessions", ["expires_at"])
    op.create_table(
        "trend_capsules",
        sa.Column("user_id", sa.Uuid(as_uuid=False), nullable=False),
        sa.Column("sealed", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("user_id", name="pk_trend_capsules"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_trend_capsules_user_id", ondelete="CASCADE"),
    )
    op.create_table(
        "reaper_envelopes",
        sa.Column("id", ordered_text, nullable=False),
        sa.Column("session_id", sa.String(255), nullable=True),
        sa.Column("until", moment, nullable=False),
        sa.Column("sealed", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_reaper_envelopes"),
    )
    op.create_index("ix_reaper_envelopes_session_id", "reaper_envelopes", ["session_id"])


def downgrade() -> None:
    for table in ("reaper_envelopes", "trend_capsules", "sessions", "users"):
        op.drop_table(table)
