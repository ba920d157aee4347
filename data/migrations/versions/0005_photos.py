"""Photos are kept once, however many complaints come with them"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "photos",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("name", sa.String(32), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_photos")),
        sa.UniqueConstraint("sha256", name=op.f("uq_photos_sha256")),
        sa.UniqueConstraint("name", name=op.f("uq_photos_name")),
    )
    op.create_table(
        "complaint_photos",
        sa.Column("complaint_id", sa.Integer(), nullable=False),
        sa.Column("photo_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["complaint_id"],
            ["complaints.id"],
            name=op.f("fk_complaint_photos_complaint_id"),
        ),
        sa.ForeignKeyConstraint(
            ["photo_id"], ["photos.id"], name=op.f("fk_complaint_photos_photo_id")
        ),
        sa.PrimaryKeyConstraint("complaint_id", "photo_id", name=op.f("pk_complaint_photos")),
    )
    op.create_index("ix_complaint_photos_photo_id", "complaint_photos", ["photo_id"])


def downgrade() -> None:
    op.drop_table("complaint_photos")
    op.drop_table("photos")
