"""The key that keeps an address apart within an agency begins with the address.

While it began with the agency, the planner took it for as good as the primary key where it knew nothing of a
roster yet, and looked for one person by reading everybody of the agency: for each invitation it checked.
"""

from collections.abc import Sequence

from alembic import op

revision: str = "0020"
down_revision: str | None = "0019"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_unique_constraint("uq_person_email_agency_id", "person", ["email", "agency_id"])
    op.drop_constraint("uq_person_agency_id_email", "person", type_="unique")


def downgrade() -> None:
    op.create_unique_constraint("uq_person_agency_id_email", "person", ["agency_id", "email"])
    op.drop_constraint("uq_person_email_agency_id", "person", type_="unique")
