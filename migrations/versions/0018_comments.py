"""Comments that wait to be cleared, which have no time and no order, and who cleared or withheld which."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0018"
down_revision: str | None = "0017"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

THIS_AGENCY = "agency_id = nullif(current_setting('app.agency_id', true), '')::uuid"


def upgrade() -> None:
    op.create_table(
        "wave_comment",
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("wave_id", sa.Uuid(), nullable=False),
        sa.Column("question", sa.String(length=40), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("practice", sa.Boolean(), sa.Computed("false", persisted=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('waiting', 'cleared', 'withheld')", name=op.f("ck_wave_comment_state_known")
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "wave_id", "practice"],
            ["wave.agency_id", "wave.id", "wave.practice"],
            name=op.f("fk_wave_comment_agency_id_wave_id_practice"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("agency_id", "id", name=op.f("pk_wave_comment")),
    )
    op.create_index("ix_wave_comment_wave", "wave_comment", ["agency_id", "wave_id", "question", "id"])
    op.create_table(
        "comment_decision",
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("comment_id", sa.Uuid(), nullable=False),
        sa.Column("decision", sa.String(length=10), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "decision IN ('cleared', 'withheld', 'hidden')", name=op.f("ck_comment_decision_decision_known")
        ),
        sa.ForeignKeyConstraint(
            ["agency_id", "comment_id"],
            ["wave_comment.agency_id", "wave_comment.id"],
            name=op.f("fk_comment_decision_agency_id_comment_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["decided_by"], ["account.id"], name=op.f("fk_comment_decision_decided_by")),
        sa.PrimaryKeyConstraint("agency_id", "id", name=op.f("pk_comment_decision")),
    )
    op.create_index("ix_comment_decision_comment", "comment_decision", ["agency_id", "comment_id"])
    for table, rights in (("wave_comment", "SELECT, INSERT, UPDATE"), ("comment_decision", "SELECT, INSERT")):
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY tenant ON {table} USING ({THIS_AGENCY}) WITH CHECK ({THIS_AGENCY})")
        op.execute(f"GRANT {rights} ON {table} TO cri_app")


def downgrade() -> None:
    op.drop_table("comment_decision")
    op.drop_table("wave_comment")
