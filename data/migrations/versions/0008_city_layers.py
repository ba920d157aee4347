"""City layers, their versions and features"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "layers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("descriptions", sa.JSON(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("licence", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("is_approximate", sa.SmallInteger(), nullable=False),
        sa.Column("style", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("removed_at", sa.BigInteger()),
        sa.Column("version_id", sa.Integer()),
        sa.Column("url", sa.Text()),
        sa.Column("every_seconds", sa.Integer()),
        sa.Column("choice", sa.JSON()),
        sa.Column("validators", sa.JSON()),
        sa.Column("claimed_until", sa.BigInteger()),
        sa.Column("tried_at", sa.BigInteger()),
        sa.Column("succeeded_at", sa.BigInteger()),
        sa.Column("last_error", sa.Text()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_layers")),
        sa.UniqueConstraint("code", name=op.f("uq_layers_code")),
    )
    op.create_table(
        "layer_versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("layer_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("file_format", sa.String(64), nullable=False),
        sa.Column("crs", sa.String(64), nullable=False),
        sa.Column("features", sa.Integer(), nullable=False),
        sa.Column("geometry", sa.String(16), nullable=False),
        sa.Column("west", sa.Float()),
        sa.Column("south", sa.Float()),
        sa.Column("east", sa.Float()),
        sa.Column("north", sa.Float()),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("notes", sa.JSON(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(
            ["layer_id"], ["layers.id"], name=op.f("fk_layer_versions_layer_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_layer_versions")),
        sa.UniqueConstraint("layer_id", "number", name=op.f("uq_layer_versions_layer_id_number")),
    )
    op.create_table(
        "layer_features",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("shape", sa.LargeBinary(), nullable=False),
        sa.Column("properties", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"], ["layer_versions.id"], name=op.f("fk_layer_features_version_id")
        ),
        sa.PrimaryKeyConstraint("version_id", "number", name=op.f("pk_layer_features")),
    )


def downgrade() -> None:
    for table in ("layer_features", "layer_versions", "layers"):
        op.drop_table(table)
