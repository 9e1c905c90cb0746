"""Assessments: attempts at exams, the fact of passing one, where a review came from; and a schema that is only the person's.

What somebody says about themselves in a questionnaire stands in the schema `private`. `composure_app`, as which everything that
managers, HR and reports can reach is read, has no privilege there; `composure_private` has, and sees the rows of one person.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TENANT = "nullif(current_setting('app.org', true), '')::uuid"
PERSON = "nullif(current_setting('app.person', true), '')::uuid"

PRIVILEGES = {
    "exam_attempt": "SELECT, INSERT, UPDATE",
    "exam_pass": "SELECT, INSERT",
}


def upgrade() -> None:
    # A constant default is kept in the catalogue: the table is not rewritten, and the code before this one need not know of it.
    op.add_column("review", sa.Column("origin", sa.Text(), server_default="drill", nullable=False))
    op.create_table(
        "exam_attempt",
        sa.Column("learner_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("assessment_id", sa.Text(), nullable=False),
        sa.Column("assessment_version", sa.Integer(), nullable=False),
        sa.Column("pass_mark", sa.Float(), nullable=False),
        sa.Column("salt", sa.Uuid(), nullable=False),
        sa.Column("questions", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("answers", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deadline_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("result", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.PrimaryKeyConstraint("learner_id", "id"),
    )
    op.create_index(
        "exam_attempt_open", "exam_attempt", ["learner_id"], unique=True, postgresql_where=sa.text("submitted_at IS NULL")
    )
    op.create_table(
        "exam_pass",
        sa.Column("learner_id", sa.Uuid(), nullable=False),
        sa.Column("assessment_id", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("assessment_version", sa.Integer(), nullable=False),
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("passed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("learner_id", "assessment_id"),
    )
    for table, privileges in PRIVILEGES.items():
        wall(table, f"organisation_id = {TENANT}")
        op.execute(f"GRANT {privileges} ON {table} TO composure_app")
    create_private_schema()


def create_private_schema() -> None:
    op.execute("""
        DO $$ BEGIN
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'composure_private') THEN
                CREATE ROLE composure_private NOLOGIN;
            END IF;
            IF NOT pg_has_role(current_user, 'composure_private',
                    CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END) THEN
                GRANT composure_private TO CURRENT_USER;
            END IF;
        END $$
    """)
    op.execute("CREATE SCHEMA private")
    op.execute("GRANT USAGE ON SCHEMA private TO composure_private")
    op.create_table(
        "self_result",
        sa.Column("learner_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("assessment_id", sa.Text(), nullable=False),
        sa.Column("assessment_version", sa.Integer(), nullable=False),
        sa.Column("answers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("profile", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("learner_id", "id"),
        schema="private",
    )
    wall("private.self_result", f"organisation_id = {TENANT} AND learner_id = {PERSON}")
    op.execute("GRANT SELECT, INSERT, DELETE ON private.self_result TO composure_private")


def wall(table: str, condition: str) -> None:
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY tenant ON {table} USING ({condition})")


def downgrade() -> None:
    op.drop_table("self_result", schema="private")
    op.execute("DROP SCHEMA private")
    op.drop_table("exam_pass")
    op.drop_index("exam_attempt_open", table_name="exam_attempt")
    op.drop_table("exam_attempt")
    op.drop_column("review", "origin")
