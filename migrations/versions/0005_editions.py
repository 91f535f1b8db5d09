"""Editions are drafted, previewed, approved by a second steward, published. Stewards."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

DRAFT = ["pool.edition_draft.id"]
TABLES = ("edition_draft", "draft_preview", "draft_step")


def upgrade() -> None:
    op.execute("INSERT INTO platform_role (id, name) VALUES (gen_random_uuid(), 'steward')")
    op.create_table(
        "edition_draft",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("instrument_code", sa.String(length=40), nullable=False),
        sa.Column("instrument_version", sa.String(length=20), nullable=False),
        sa.Column("synthetic", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_edition_draft")),
        schema="pool",
    )
    json = postgresql.JSONB(astext_type=sa.Text())
    op.create_table(
        "draft_preview",
        sa.Column("draft_id", sa.Uuid(), nullable=False),
        sa.Column("document", json, nullable=True),
        sa.Column("cells", json, nullable=False),
        sa.Column("contributions", json, nullable=False),
        sa.Column("after", json, nullable=False),
        sa.Column("notes", json, nullable=False),
        sa.Column("failure", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(document IS NULL) <> (failure IS NULL)", name=op.f("ck_draft_preview_made_or_not")
        ),
        sa.ForeignKeyConstraint(["draft_id"], DRAFT, name=op.f("fk_draft_preview_draft_id")),
        sa.PrimaryKeyConstraint("draft_id", name=op.f("pk_draft_preview")),
        schema="pool",
    )
    _create_steps()
    for table in TABLES:
        op.execute(f"GRANT SELECT, INSERT ON pool.{table} TO cri_pool")
    _change_editions()


def _create_steps() -> None:
    op.create_table(
        "draft_step",
        sa.Column("draft_id", sa.Uuid(), nullable=False),
        sa.Column("step", sa.String(length=10), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "step IN ('asked', 'previewed', 'approved', 'published', 'dropped')",
            name=op.f("ck_draft_step_step_known"),
        ),
        sa.ForeignKeyConstraint(["draft_id"], DRAFT, name=op.f("fk_draft_step_draft_id")),
        sa.PrimaryKeyConstraint("draft_id", "step", name=op.f("pk_draft_step")),
        schema="pool",
    )
    for name, first in (("asked", "asked"), ("previewed", "previewed")):
        op.create_index(
            f"uq_draft_step_not_who_{name}",
            "draft_step",
            ["draft_id", "account_id"],
            unique=True,
            schema="pool",
            postgresql_where=sa.text(f"step IN ('{first}', 'approved')"),
        )


def _change_editions() -> None:
    op.add_column(
        "edition",
        sa.Column("origin", sa.String(length=10), nullable=False, server_default="made"),
        schema="pool",
    )
    op.alter_column("edition", "origin", server_default=None, schema="pool")
    op.add_column("edition", sa.Column("draft_id", sa.Uuid(), nullable=True), schema="pool")
    op.add_column("edition", sa.Column("approval", sa.String(length=10), nullable=True), schema="pool")
    op.create_unique_constraint(op.f("uq_edition_draft_id"), "edition", ["draft_id"], schema="pool")
    op.create_foreign_key(
        op.f("fk_edition_draft_id_approval"),
        "edition",
        "draft_step",
        ["draft_id", "approval"],
        ["draft_id", "step"],
        source_schema="pool",
        referent_schema="pool",
    )
    for name, rule in CHECKS.items():
        op.create_check_constraint(op.f(f"ck_edition_{name}"), "edition", rule, schema="pool")


CHECKS = {
    "origin_known": "origin IN ('made', 'imported')",
    "approved_if_real": "synthetic OR origin = 'imported' OR (draft_id IS NOT NULL AND approval IS NOT NULL)",
    "approval_is_one": "approval = 'approved'",
}


def downgrade() -> None:
    for name in CHECKS:
        op.drop_constraint(op.f(f"ck_edition_{name}"), "edition", schema="pool", type_="check")
    op.drop_constraint(op.f("fk_edition_draft_id_approval"), "edition", schema="pool", type_="foreignkey")
    op.drop_constraint(op.f("uq_edition_draft_id"), "edition", schema="pool", type_="unique")
    for column in ("approval", "draft_id", "origin"):
        op.drop_column("edition", column, schema="pool")
    for table in reversed(TABLES):
        op.drop_table(table, schema="pool")
    op.execute("DELETE FROM platform_role WHERE name = 'steward'")
