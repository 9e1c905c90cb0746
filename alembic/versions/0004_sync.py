"""Offline devices: what each has handed in, what the change feed needs to know, assignments, and who may list the banks.

Columns are added with constant defaults, which rewrites no table, and the code before this one need not know of them.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TENANT = "nullif(current_setting('app.org', true), '')::uuid"


def upgrade() -> None:
    # First what long exports read: where one is under way this gives up before it holds anything that answers need.
    op.add_column("lesson_completion", sa.Column("sequence", sa.BigInteger(), server_default="0", nullable=False))
    op.create_table(
        "device",
        sa.Column("learner_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("platform", sa.Text(), nullable=True),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("skew", sa.Interval(), nullable=True),
        sa.Column("received", postgresql.INT8MULTIRANGE(), server_default="{}", nullable=False),
        sa.PrimaryKeyConstraint("learner_id", "id"),
        postgresql_with={"fillfactor": "85"},
    )
    op.execute("ALTER TABLE device ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY tenant ON device USING (organisation_id = {TENANT})")
    op.execute("GRANT SELECT, INSERT, UPDATE ON device TO composure_app")
    create_assignments()
    op.add_column("refresh_token", sa.Column("device_id", sa.Text(), nullable=True))
    op.add_column("review", sa.Column("device_sequence", sa.BigInteger(), nullable=True))
    op.add_column("publishable", sa.Column("revision", sa.Integer(), server_default="0", nullable=False))
    op.add_column("published_version", sa.Column("revision", sa.Integer(), server_default="0", nullable=False))
    # Jobs that go through all banks have to know which there are. Not the service: it works as composure_app.
    op.execute("CREATE POLICY operator ON organisation FOR SELECT TO CURRENT_USER USING (true)")


def create_assignments() -> None:
    op.create_table(
        "assignment",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=True),
        sa.Column("employee_id", sa.Uuid(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("grace_days", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cancelled_by", sa.Uuid(), nullable=True),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("num_nonnulls(unit_id, employee_id) = 1", name="one_recipient"),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"]),
        sa.ForeignKeyConstraint(["unit_id"], ["org_unit.id"]),
        sa.ForeignKeyConstraint(["employee_id"], ["employee.id"]),
        sa.ForeignKeyConstraint(["created_by"], ["employee.id"]),
        sa.ForeignKeyConstraint(["cancelled_by"], ["employee.id"]),
        sa.PrimaryKeyConstraint("organisation_id", "id"),
    )
    op.create_index("assignment_unit", "assignment", ["unit_id"])
    op.create_index("assignment_employee", "assignment", ["employee_id"])
    op.execute("ALTER TABLE assignment ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY tenant ON assignment USING (organisation_id = {TENANT})")
    op.execute("GRANT SELECT, INSERT, UPDATE ON assignment TO composure_app")


def downgrade() -> None:
    op.execute("DROP POLICY operator ON organisation")
    op.drop_column("published_version", "revision")
    op.drop_column("publishable", "revision")
    op.drop_column("lesson_completion", "sequence")
    op.drop_column("review", "device_sequence")
    op.drop_column("refresh_token", "device_id")
    op.drop_table("assignment")
    op.drop_table("device")
