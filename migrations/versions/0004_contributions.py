"""Consent to the pool; contributions that are held, decided on, withdrawn; the owner of an agency."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

THIS_AGENCY = "agency_id = nullif(current_setting('app.agency_id', true), '')::uuid"
CONTRIBUTION = ["pool.contribution.id"]


def upgrade() -> None:
    op.add_column("agency", sa.Column("owner", sa.String(length=300), nullable=False, server_default=""))
    op.alter_column("agency", "owner", server_default=None)
    _create_consent()
    _change_contributions()
    op.create_table(
        "contribution_flag",
        sa.Column("contribution_id", sa.Uuid(), nullable=False),
        sa.Column("rule", sa.String(length=30), nullable=False),
        sa.ForeignKeyConstraint(
            ["contribution_id"], CONTRIBUTION, name=op.f("fk_contribution_flag_contribution_id")
        ),
        sa.PrimaryKeyConstraint("contribution_id", "rule", name=op.f("pk_contribution_flag")),
        schema="pool",
    )
    op.create_table(
        "decision",
        sa.Column("contribution_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("verdict", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("verdict IN ('accepted', 'refused')", name=op.f("ck_decision_verdict_known")),
        sa.CheckConstraint("length(trim(reason)) > 0", name=op.f("ck_decision_reason_given")),
        sa.ForeignKeyConstraint(["contribution_id"], CONTRIBUTION, name=op.f("fk_decision_contribution_id")),
        sa.PrimaryKeyConstraint("contribution_id", "number", name=op.f("pk_decision")),
        schema="pool",
    )
    op.create_table(
        "withdrawal",
        sa.Column("contribution_id", sa.Uuid(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["contribution_id"], CONTRIBUTION, name=op.f("fk_withdrawal_contribution_id")
        ),
        sa.PrimaryKeyConstraint("contribution_id", name=op.f("pk_withdrawal")),
        schema="pool",
    )
    for table in ("contribution_flag", "decision", "withdrawal"):
        op.execute(f"GRANT SELECT, INSERT ON pool.{table} TO cri_pool")


def _create_consent() -> None:
    op.create_table(
        "pool_consent",
        sa.Column("agency_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("text_version", sa.String(length=20), nullable=False),
        sa.Column("text_locale", sa.String(length=10), nullable=False),
        sa.Column("text_sha256", sa.String(length=64), nullable=False),
        sa.Column("given_by", sa.Uuid(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_by", sa.Uuid(), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(revoked_by IS NULL) = (revoked_at IS NULL)", name=op.f("ck_pool_consent_revoked_by_somebody")
        ),
        sa.ForeignKeyConstraint(
            ["agency_id"], ["agency.agency_id"], name=op.f("fk_pool_consent_agency_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["given_by"], ["account.id"], name=op.f("fk_pool_consent_given_by")),
        sa.ForeignKeyConstraint(["revoked_by"], ["account.id"], name=op.f("fk_pool_consent_revoked_by")),
        sa.PrimaryKeyConstraint("agency_id", "id", name=op.f("pk_pool_consent")),
    )
    op.create_index(
        "uq_pool_consent_standing",
        "pool_consent",
        ["agency_id"],
        unique=True,
        postgresql_where=sa.text("revoked_at IS NULL"),
    )
    op.execute("ALTER TABLE pool_consent ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE pool_consent FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY tenant ON pool_consent USING ({THIS_AGENCY}) WITH CHECK ({THIS_AGENCY})")
    op.execute("GRANT SELECT, INSERT, UPDATE ON pool_consent TO cri_app")


def _change_contributions() -> None:
    op.add_column("contribution", sa.Column("copy_of", sa.Uuid(), nullable=True), schema="pool")
    op.create_foreign_key(
        op.f("fk_contribution_copy_of"),
        "contribution",
        "contribution",
        ["copy_of"],
        ["id"],
        source_schema="pool",
        referent_schema="pool",
    )
    op.drop_constraint("uq_contribution_sheet_sha256", "contribution", schema="pool", type_="unique")
    op.create_unique_constraint(
        op.f("uq_contribution_pseudonym_sheet_sha256"),
        "contribution",
        ["pseudonym", "sheet_sha256"],
        schema="pool",
    )
    op.create_index(
        "uq_contribution_sheet",
        "contribution",
        ["sheet_sha256"],
        unique=True,
        schema="pool",
        postgresql_where=sa.text("copy_of IS NULL"),
    )
    op.create_check_constraint(
        op.f("ck_contribution_says_what_it_is"),
        "contribution",
        "COALESCE((aggregates ->> 'synthetic')::boolean, synthetic) = synthetic",
        schema="pool",
    )


def downgrade() -> None:
    for table in ("withdrawal", "decision", "contribution_flag"):
        op.drop_table(table, schema="pool")
    op.drop_constraint(op.f("ck_contribution_says_what_it_is"), "contribution", schema="pool", type_="check")
    op.drop_index(
        "uq_contribution_sheet",
        "contribution",
        schema="pool",
        postgresql_where=sa.text("copy_of IS NULL"),
    )
    op.drop_constraint(
        op.f("uq_contribution_pseudonym_sheet_sha256"), "contribution", schema="pool", type_="unique"
    )
    op.create_unique_constraint(
        "uq_contribution_sheet_sha256", "contribution", ["sheet_sha256"], schema="pool"
    )
    op.drop_constraint(op.f("fk_contribution_copy_of"), "contribution", schema="pool", type_="foreignkey")
    op.drop_column("contribution", "copy_of", schema="pool")
    op.drop_index("uq_pool_consent_standing", "pool_consent", postgresql_where=sa.text("revoked_at IS NULL"))
    op.drop_table("pool_consent")
    op.drop_column("agency", "owner")
