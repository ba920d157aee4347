"""SQLite's INSERT OR REPLACE asks no trigger of what it deletes: what is kept refuses its key"""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_SAME = {  # by what a row would take the place of another one
    "evaluation_editions": "id = NEW.id",
    "evaluation_objections": "id = NEW.id",
    "evaluation_answers": "objection_id = NEW.objection_id",
    "evaluation_issues": "edition_id = NEW.edition_id"
    " OR (month = NEW.month AND number = NEW.number)",
    "evaluation_files": "rowid = NEW.rowid OR (edition_id = NEW.edition_id AND name = NEW.name)",
}
_REFUSAL = "what an evaluation says is never changed; draft a new edition"


def upgrade() -> None:
    if op.get_bind().dialect.name != "sqlite":
        return  # PostgreSQL's ON CONFLICT is an update, and refused as such
    for table, same in _SAME.items():
        op.execute(
            f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} FOR EACH ROW "
            f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {same}) "
            f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
        )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for table in _SAME:
            op.execute(f"DROP TRIGGER {table}_no_replace")
