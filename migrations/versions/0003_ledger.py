"""The ledger: who is in which group of each published cell; and editions know the instrument's version."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

_VERSIONS = """
UPDATE pool.edition SET instrument_version = document -> 'instrument' ->> 'version';
UPDATE pool.edition_member SET instrument_version = edition.instrument_version FROM pool.edition
    WHERE edition.number = edition_member.edition
    AND edition.instrument_code = edition_member.instrument_code;
"""


def upgrade() -> None:
    for table in ("edition", "edition_member"):
        op.add_column(table, sa.Column("instrument_version", sa.String(length=20)), schema="pool")
    op.execute(_VERSIONS)
    for table in ("edition", "edition_member"):
        op.alter_column(table, "instrument_version", nullable=False, schema="pool")
    op.create_unique_constraint(
        op.f("uq_contribution_id_instrument_code_instrument_version"),
        "contribution",
        ["id", "instrument_code", "instrument_version"],
        schema="pool",
    )
    op.create_unique_constraint(
        op.f("uq_edition_number_instrument_code_instrument_version"),
        "edition",
        ["number", "instrument_code", "instrument_version"],
        schema="pool",
    )
    op.create_foreign_key(
        "fk_edition_member_contribution_version",
        "edition_member",
        "contribution",
        ["contribution_id", "instrument_code", "instrument_version"],
        ["id", "instrument_code", "instrument_version"],
        source_schema="pool",
        referent_schema="pool",
    )
    op.create_foreign_key(
        "fk_edition_member_edition_version",
        "edition_member",
        "edition",
        ["edition", "instrument_code", "instrument_version"],
        ["number", "instrument_code", "instrument_version"],
        source_schema="pool",
        referent_schema="pool",
    )
    op.create_table(
        "ledger_cell",
        sa.Column("edition", sa.String(length=20), nullable=False),
        sa.Column("instrument_code", sa.String(length=40), nullable=False),
        sa.Column("factor", sa.String(length=60), nullable=False),
        sa.Column("item", sa.String(length=60), nullable=False),
        sa.Column("peers", sa.String(length=500), nullable=False),
        sa.Column("groups", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["edition", "instrument_code"],
            ["pool.edition.number", "pool.edition.instrument_code"],
            name=op.f("fk_ledger_cell_edition_instrument_code"),
        ),
        sa.PrimaryKeyConstraint(
            "edition", "instrument_code", "factor", "item", "peers", name=op.f("pk_ledger_cell")
        ),
        schema="pool",
    )
    op.execute("GRANT SELECT, INSERT ON pool.ledger_cell TO cri_pool")


def downgrade() -> None:
    op.drop_table("ledger_cell", schema="pool")
    for name in ("fk_edition_member_edition_version", "fk_edition_member_contribution_version"):
        op.drop_constraint(name, "edition_member", schema="pool", type_="foreignkey")
    op.drop_constraint(
        op.f("uq_edition_number_instrument_code_instrument_version"), "edition", schema="pool", type_="unique"
    )
    op.drop_constraint(
        op.f("uq_contribution_id_instrument_code_instrument_version"),
        "contribution",
        schema="pool",
        type_="unique",
    )
    for table in ("edition_member", "edition"):
        op.drop_column(table, "instrument_version", schema="pool")
