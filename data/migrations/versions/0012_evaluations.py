"""Editions of the monthly evaluation, which nobody can change; a past that late news cannot"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_KEPT = (
    "evaluation_editions",
    "evaluation_objections",
    "evaluation_answers",
    "evaluation_issues",
    "evaluation_files",
)
_REFUSAL = "what an evaluation says is never changed; draft a new edition"


def upgrade() -> None:
    _remake_snapshots(("as_of", "through_seq"), sa.Column("through_seq", sa.BigInteger()))
    op.create_table(
        "evaluation_editions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("month", sa.String(7), nullable=False),
        sa.Column("drafted_at", sa.BigInteger(), nullable=False),
        sa.Column("drafted_by", sa.String(200), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("through_seq", sa.BigInteger(), nullable=False),
        sa.Column("method", sa.String(16), nullable=False),
        sa.Column("method_text", sa.Text(), nullable=False),
        sa.Column("inputs", sa.Text(), nullable=False),
        sa.Column("evaluation", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("maturity", sa.JSON(), nullable=False),
        sa.Column("corrects", sa.Integer()),
        sa.Column("reason", sa.Text()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evaluation_editions")),
        sa.ForeignKeyConstraint(
            ["corrects"],
            ["evaluation_editions.id"],
            name=op.f("fk_evaluation_editions_corrects"),
        ),
    )
    op.create_index("ix_evaluation_editions_month", "evaluation_editions", ["month"])
    op.create_table(
        "evaluation_objections",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(64)),
        sa.Column("by", sa.String(200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evaluation_objections")),
        _of_edition("evaluation_objections"),
    )
    op.create_index(
        "ix_evaluation_objections_edition_id", "evaluation_objections", ["edition_id"]
    )
    op.create_table(
        "evaluation_answers",
        sa.Column("objection_id", sa.Integer(), nullable=False),
        sa.Column("by", sa.String(200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("objection_id", name=op.f("pk_evaluation_answers")),
        sa.ForeignKeyConstraint(
            ["objection_id"],
            ["evaluation_objections.id"],
            name=op.f("fk_evaluation_answers_objection_id"),
        ),
    )
    op.create_table(
        "evaluation_issues",
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.String(7), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("by", sa.String(200), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("edition_id", name=op.f("pk_evaluation_issues")),
        sa.UniqueConstraint("month", "number", name=op.f("uq_evaluation_issues_month_number")),
        _of_edition("evaluation_issues"),
    )
    op.create_table(
        "evaluation_files",
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("edition_id", "name", name=op.f("pk_evaluation_files")),
        _of_edition("evaluation_files"),
    )
    _refuse_changes()


def downgrade() -> None:
    for table in reversed(_KEPT):
        op.drop_table(table)  # its triggers go with it
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_evaluation_change()")
        op.execute("DROP FUNCTION refuse_issued_evaluation_file()")
    _remake_snapshots(("as_of",))


def _of_edition(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["edition_id"], ["evaluation_editions.id"], name=op.f(f"fk_{table}_edition_id")
    )


def _refuse_changes() -> None:
    """Rows are only ever added; to the files of an edition not even that once it is issued."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION refuse_evaluation_change() RETURNS trigger LANGUAGE plpgsql AS "
            f"$$ BEGIN RAISE EXCEPTION '{_REFUSAL}'; END $$"
        )
    for table in _KEPT:
        for change in ("UPDATE", "DELETE"):
            _refuse(f"{table}_no_{change.lower()}", f"BEFORE {change} ON {table} FOR EACH ROW")
        if op.get_bind().dialect.name == "postgresql":
            _refuse(f"{table}_no_truncate", f"BEFORE TRUNCATE ON {table} FOR EACH STATEMENT")
    if op.get_bind().dialect.name == "postgresql":
        # A condition of PostgreSQL's triggers may not ask another table: a function does.
        op.execute(
            "CREATE FUNCTION refuse_issued_evaluation_file() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN IF EXISTS (SELECT 1 FROM evaluation_issues "
            "WHERE edition_id = NEW.edition_id) "
            f"THEN RAISE EXCEPTION '{_REFUSAL}'; END IF; RETURN NEW; END $$"
        )
        op.execute(
            "CREATE TRIGGER evaluation_files_no_insert BEFORE INSERT ON evaluation_files "
            "FOR EACH ROW EXECUTE FUNCTION refuse_issued_evaluation_file()"
        )
    else:
        _refuse(
            "evaluation_files_no_insert",
            "BEFORE INSERT ON evaluation_files FOR EACH ROW WHEN EXISTS "
            "(SELECT 1 FROM evaluation_issues WHERE edition_id = NEW.edition_id)",
        )


def _refuse(name: str, occasion: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        action = "EXECUTE FUNCTION refuse_evaluation_change()"
    else:
        action = f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
    op.execute(f"CREATE TRIGGER {name} {occasion} {action}")


def _remake_snapshots(unique: tuple[str, ...], *more: sa.Column) -> None:
    """Empty, for it is a cache: SQLite alters no constraint, and drops what nothing refers to."""
    for table in ("past_spells", "past_complaints", "snapshots"):
        op.execute(f"DELETE FROM {table}")
    key = sa.UniqueConstraint(*unique, name=op.f("uq_snapshots_" + "_".join(unique)))
    if op.get_bind().dialect.name == "sqlite":
        op.drop_table("snapshots")
        op.create_table(
            "snapshots",
            sa.Column("id", sa.Integer(), nullable=False),
            sa.Column("as_of", sa.BigInteger(), nullable=False),
            *more,
            sa.Column("seq", sa.BigInteger(), nullable=False),
            sa.Column("used_at", sa.BigInteger(), nullable=False),
            sa.PrimaryKeyConstraint("id", name=op.f("pk_snapshots")),
            key,
        )
        return
    known = {found["name"] for found in sa.inspect(op.get_bind()).get_unique_constraints("snapshots")}
    for name in known:
        op.drop_constraint(name, "snapshots")
    for column in more:
        op.add_column("snapshots", column)
    if not more:
        op.drop_column("snapshots", "through_seq")
    op.create_unique_constraint(key.name, "snapshots", list(unique))
