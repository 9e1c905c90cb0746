"""The foundation: people, content, practice, and the walls between tenants.

Row-level security is the second wall behind scoped repositories: every table forces it, also for the owner, and the service works
as `composure_app`, which owns nothing. Privileges hold the law that the log is append-only.


Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TENANT = "nullif(current_setting('app.org', true), '')::uuid"

# Table → what the service may do. Facts are inserted and read, never changed.
PRIVILEGES = {
    "org_unit": "SELECT, INSERT, UPDATE",
    "org_unit_ancestor": "SELECT, INSERT, DELETE",
    "employee": "SELECT, INSERT, UPDATE",
    "role_grant": "SELECT, INSERT, DELETE",
    "refresh_token": "SELECT, INSERT, UPDATE, DELETE",
    "learner": "SELECT, INSERT, UPDATE",
    "review": "SELECT, INSERT",
    "review_quarantine": "SELECT, INSERT, UPDATE",
    "memory": "SELECT, INSERT, UPDATE, DELETE",
    "practice_day": "SELECT, INSERT, UPDATE, DELETE",
    "skill_standing": "SELECT, INSERT, UPDATE, DELETE",
    "lesson_completion": "SELECT, INSERT",
    "completion": "SELECT, INSERT",
}
# Shared by all tenants, and still invisible to whoever has none.
SHARED_PRIVILEGES = {
    "content_revision": "SELECT, INSERT",
    "publishable": "SELECT, INSERT, UPDATE",
    "published_version": "SELECT, INSERT",
    "feed_epoch": "SELECT, INSERT",
}


def upgrade() -> None:
    op.create_table(
        "completion",
        sa.Column("learner_id", sa.Uuid(), nullable=False),
        sa.Column("program_id", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("program_version", sa.Integer(), nullable=False),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("learner_id", "program_id"),
    )
    op.create_table(
        "content_revision",
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("revision"),
    )
    op.create_table(
        "feed_epoch",
        sa.Column("epoch", sa.Uuid(), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("epoch"),
    )
    op.create_table(
        "learner",
        sa.Column("learner_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("daily_goal_minutes", sa.Integer(), nullable=False),
        sa.Column("new_per_day", sa.Integer(), nullable=False),
        sa.Column("days_off", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("learner_id"),
    )
    op.create_table(
        "lesson_completion",
        sa.Column("learner_id", sa.Uuid(), nullable=False),
        sa.Column("lesson_id", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("lesson_version", sa.Integer(), nullable=False),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("learner_id", "lesson_id"),
    )
    op.create_table(
        "memory",
        sa.Column("learner_id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("skill", sa.Text(), nullable=False),
        sa.Column("stability", sa.Float(), nullable=False),
        sa.Column("difficulty", sa.Float(), nullable=False),
        sa.Column("first_practice_day", sa.Date(), nullable=False),
        sa.Column("last_practice_day", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("repetitions", sa.Integer(), nullable=False),
        sa.Column("lapses", sa.Integer(), nullable=False),
        sa.Column("relearning", sa.Boolean(), nullable=False),
        sa.Column("last_answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_review_id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("learner_id", "item_id"),
        postgresql_with={"fillfactor": "85"},
    )
    op.create_table(
        "organisation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("slug"),
    )
    op.create_table(
        "practice_day",
        sa.Column("learner_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("reviews", sa.Integer(), nullable=False),
        sa.Column("correct", sa.Integer(), nullable=False),
        sa.Column("practised_ms", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("learner_id", "day"),
    )
    op.create_table(
        "publishable",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("current_version", sa.Integer(), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("kind", "id"),
    )
    op.create_table(
        "review",
        sa.Column("learner_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.Text(), nullable=False),
        sa.Column("item_version", sa.Integer(), nullable=False),
        sa.Column("skill", sa.Text(), nullable=False),
        sa.Column("device_id", sa.Text(), nullable=False),
        sa.Column("device_answered_at", sa.Text(), nullable=False),
        sa.Column("device_sent_at", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("skew_ms", sa.BigInteger(), nullable=False),
        sa.Column("clamped", sa.Boolean(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("practice_day", sa.Date(), nullable=False),
        sa.Column("response", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("digest", postgresql.BYTEA(), nullable=False),
        sa.Column("latency_ms", sa.Integer(), nullable=True),
        sa.Column("confidence", sa.Integer(), nullable=True),
        sa.Column("correct", sa.Boolean(), nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.Column("chance", sa.Float(), nullable=False),
        sa.Column("prior_known", sa.Float(), nullable=False),
        sa.Column("algorithm", sa.Text(), nullable=False),
        sa.Column("parameter_set", sa.Text(), nullable=False),
        sa.Column("before_stability", sa.Float(), nullable=True),
        sa.Column("before_difficulty", sa.Float(), nullable=True),
        sa.Column("after_stability", sa.Float(), nullable=False),
        sa.Column("after_difficulty", sa.Float(), nullable=False),
        sa.Column("after_due_on", sa.Date(), nullable=False),
        sa.Column("after_last_practice_day", sa.Date(), nullable=False),
        sa.Column("after_lapses", sa.Integer(), nullable=False),
        sa.Column("after_repetitions", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("learner_id", "id"),
    )
    op.create_table(
        "review_quarantine",
        sa.Column("learner_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.Text(), nullable=False),
        sa.Column("device_sent_at", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("payload", postgresql.BYTEA(), nullable=False),
        sa.Column("digest", postgresql.BYTEA(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("learner_id", "id"),
    )
    op.create_table(
        "skill_standing",
        sa.Column("learner_id", sa.Uuid(), nullable=False),
        sa.Column("skill", sa.Text(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("items_seen", sa.Integer(), nullable=False),
        sa.Column("reviews", sa.Integer(), nullable=False),
        sa.Column("last_practised_on", sa.Date(), nullable=False),
        sa.Column("mastered_on", sa.Date(), nullable=True),
        sa.Column("figured_on", sa.Date(), nullable=True),
        sa.Column("figured_revision", sa.Integer(), nullable=True),
        sa.Column("mastery", sa.Float(), nullable=True),
        sa.Column("coverage", sa.Float(), nullable=True),
        sa.Column("stable", sa.Boolean(), nullable=True),
        sa.PrimaryKeyConstraint("learner_id", "skill"),
    )
    op.create_table(
        "org_unit",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"],
            ["org_unit.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("org_unit_organisation", "org_unit", ["organisation_id"], unique=False)
    op.create_table(
        "published_version",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content_hash", postgresql.BYTEA(), nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["kind", "id"],
            ["publishable.kind", "publishable.id"],
        ),
        sa.PrimaryKeyConstraint("kind", "id", "version"),
    )
    op.create_table(
        "employee",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("staff_no", sa.Text(), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("role_started_on", sa.Date(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"],
            ["org_unit.id"],
        ),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("organisation_id", "staff_no"),
    )
    op.create_index("employee_unit", "employee", ["unit_id", "staff_no"], unique=False)
    op.create_table(
        "org_unit_ancestor",
        sa.Column("ancestor_id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("depth", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ancestor_id"],
            ["org_unit.id"],
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"],
            ["org_unit.id"],
        ),
        sa.PrimaryKeyConstraint("ancestor_id", "unit_id"),
    )
    op.create_index("org_unit_ancestor_unit", "org_unit_ancestor", ["unit_id"], unique=False)
    op.create_table(
        "refresh_token",
        sa.Column("secret_hash", postgresql.BYTEA(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("employee_id", sa.Uuid(), nullable=False),
        sa.Column("family_id", sa.Uuid(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["employee_id"],
            ["employee.id"],
        ),
        sa.PrimaryKeyConstraint("secret_hash"),
    )
    op.create_index("refresh_token_family", "refresh_token", ["family_id"], unique=False)
    op.create_table(
        "role_grant",
        sa.Column("employee_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("unit_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["employee_id"],
            ["employee.id"],
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"],
            ["org_unit.id"],
        ),
        sa.PrimaryKeyConstraint("employee_id", "role", "unit_id"),
    )
    op.execute("INSERT INTO feed_epoch (epoch, began_at) VALUES (gen_random_uuid(), now())")
    create_walls()


def create_walls() -> None:
    # A role belongs to the whole cluster: another database of it may have made it already.
    op.execute("""
        DO $$ BEGIN
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'composure_app') THEN
                CREATE ROLE composure_app NOLOGIN;
            END IF;
            -- Since PostgreSQL 16 being a member and being allowed to become it are two things.
            IF NOT pg_has_role(current_user, 'composure_app',
                    CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END) THEN
                GRANT composure_app TO CURRENT_USER;
            END IF;
        END $$
    """)
    op.execute("GRANT USAGE ON SCHEMA public TO composure_app")
    op.execute("GRANT SELECT ON alembic_version TO composure_app")
    # Signing in begins with the bank's short name and no tenant: that one row shows, and no other.
    wall("organisation", f"id = {TENANT} OR slug = nullif(current_setting('app.organisation_slug', true), '')")
    op.execute("GRANT SELECT, INSERT ON organisation TO composure_app")
    for table, privileges in PRIVILEGES.items():
        wall(table, f"organisation_id = {TENANT}")
        op.execute(f"GRANT {privileges} ON {table} TO composure_app")
    for table, privileges in SHARED_PRIVILEGES.items():
        wall(table, f"{TENANT} IS NOT NULL")
        op.execute(f"GRANT {privileges} ON {table} TO composure_app")


def wall(table: str, condition: str) -> None:
    # The setting is compared directly and not through a subquery: Citus refuses subqueries in policies.
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY tenant ON {table} USING ({condition})")


def downgrade() -> None:
    op.drop_table("role_grant")
    op.drop_index("refresh_token_family", table_name="refresh_token")
    op.drop_table("refresh_token")
    op.drop_index("org_unit_ancestor_unit", table_name="org_unit_ancestor")
    op.drop_table("org_unit_ancestor")
    op.drop_index("employee_unit", table_name="employee")
    op.drop_table("employee")
    op.drop_table("published_version")
    op.drop_index("org_unit_organisation", table_name="org_unit")
    op.drop_table("org_unit")
    op.drop_table("skill_standing")
    op.drop_table("review_quarantine")
    op.drop_table("review")
    op.drop_table("publishable")
    op.drop_table("practice_day")
    op.drop_table("organisation")
    op.drop_table("memory")
    op.drop_table("lesson_completion")
    op.drop_table("learner")
    op.drop_table("feed_epoch")
    op.drop_table("content_revision")
    op.drop_table("completion")
