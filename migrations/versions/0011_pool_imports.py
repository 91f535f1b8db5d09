"""Who took an edition in from a file; how far a draft has come; whose kind and owner a steward vouches for.

What stewards' pages count and sort by stands in columns of its own: reading it out of a hundred thousand
documents each time would take seconds.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0011"
down_revision: str | None = "0010"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

TOLD = {
    "month": "aggregates #>> '{wave,closed}'",
    "sector": "aggregates #>> '{facets,sector}'",
    "country": "aggregates #>> '{facets,country}'",
    "relationship": "aggregates #>> '{facets,relationship}'",
    "headcount": "(aggregates #>> '{population,headcount}')::integer",
    "respondents": "(aggregates #>> '{population,usable}')::integer",
}
OF_AN_EDITION: dict[str, tuple[str, type[sa.Integer] | type[sa.Text]]] = {
    "agencies": ("jsonb_array_length(document -> 'members')", sa.Integer),
    "window_from": ("document #>> '{window,from}'", sa.Text),
    "window_to": ("document #>> '{window,to}'", sa.Text),
}
KIND = ["instrument_code", "instrument_version", "synthetic"]


def upgrade() -> None:
    for name, source in TOLD.items():
        kind = sa.Integer() if source.endswith("::integer") else sa.Text()
        computed = sa.Computed(source, persisted=True)
        op.add_column("contribution", sa.Column(name, kind, computed, nullable=True), schema="pool")
    for name, (source, told) in OF_AN_EDITION.items():
        computed = sa.Computed(source, persisted=True)
        op.add_column("edition", sa.Column(name, told(), computed, nullable=True), schema="pool")
    op.create_index(
        "ix_contribution_newest", "contribution", [sa.text("month DESC NULLS LAST"), "id"], schema="pool"
    )
    op.create_index(
        "ix_contribution_kind",
        "contribution",
        [*KIND, "pseudonym"],
        schema="pool",
        postgresql_include=["id", "sector", "country", "relationship", "headcount"],
    )
    _create_import()
    _create_progress()
    _create_vouching()


def _create_import() -> None:
    op.create_table(
        "edition_import",
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("instrument_code", sa.String(length=40), nullable=False),
        sa.Column("imported_by", sa.Uuid(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("file_sha256", sa.String(length=64), nullable=False),
        sa.Column("file_bytes", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["number", "instrument_code"],
            ["pool.edition.number", "pool.edition.instrument_code"],
            name=op.f("fk_edition_import_number_instrument_code"),
        ),
        sa.PrimaryKeyConstraint("number", "instrument_code", name=op.f("pk_edition_import")),
        schema="pool",
    )
    op.execute("GRANT SELECT, INSERT ON pool.edition_import TO cri_pool")


def _create_progress() -> None:
    op.create_table(
        "draft_progress",
        sa.Column("draft_id", sa.Uuid(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("steps", sa.Integer(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("done BETWEEN 0 AND steps", name=op.f("ck_draft_progress_not_over")),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["pool.edition_draft.id"], name=op.f("fk_draft_progress_draft_id")
        ),
        sa.PrimaryKeyConstraint("draft_id", name=op.f("pk_draft_progress")),
        schema="pool",
    )
    op.execute("GRANT SELECT, INSERT, UPDATE ON pool.draft_progress TO cri_pool")


def _create_vouching() -> None:
    op.create_table(
        "vouching",
        sa.Column("pseudonym", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("owner_pseudonym", sa.String(length=64), nullable=True),
        sa.Column("facets", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("vouched_by", sa.Uuid(), nullable=False),
        sa.Column("vouched_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(trim(reason)) > 0", name=op.f("ck_vouching_reason_given")),
        sa.PrimaryKeyConstraint("pseudonym", "number", name=op.f("pk_vouching")),
        schema="pool",
    )
    op.execute("GRANT SELECT, INSERT ON pool.vouching TO cri_pool")


def downgrade() -> None:
    for table in ("vouching", "draft_progress", "edition_import"):
        op.drop_table(table, schema="pool")
    for index in ("ix_contribution_kind", "ix_contribution_newest"):
        op.drop_index(index, table_name="contribution", schema="pool")
    for name in OF_AN_EDITION:
        op.drop_column("edition", name, schema="pool")
    for name in TOLD:
        op.drop_column("contribution", name, schema="pool")
