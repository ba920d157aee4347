"""The migrations make the tables that the program speaks of, step by step and with data in them."""

from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, select, text

from data import saved_view_tables
from data.accountability import tables as officer_tables
from data.database import open_engine, read, upgrade, write
from data.evaluation import tables as evaluation_tables
from data.layers import tables
from data.schema import events

_FOLDER = Path(__file__).parents[2] / "data" / "migrations"


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Engine:
    if request.param == "sqlite":
        return open_engine(f"sqlite:///{tmp_path / 'empty.db'}")
    return open_engine(request.getfixturevalue("postgresql_url"))


def upgrade_to(engine: Engine, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    with write(engine) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def test_an_upgraded_database_is_what_the_schema_says(empty: Engine) -> None:
    upgrade(empty)
    # All of them have added their tables to it.
    assert tables.metadata is saved_view_tables.metadata is officer_tables.metadata
    assert tables.metadata is evaluation_tables.metadata
    metadata = tables.metadata
    with read(empty) as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    empty.dispose()


def test_a_database_of_the_first_version_is_brought_up_to_date(empty: Engine) -> None:
    upgrade_to(empty, "0001")
    with write(empty) as connection:
        connection.execute(
            text("INSERT INTO channels (id, code, name, kind) VALUES (1, 'app', 'App', 'app')")
        )
        connection.execute(
            text(
                "INSERT INTO api_keys (id, key_hash, name, channel_id, created_at) "
                "VALUES (1, 'abc', 'old', 1, 1700000000)"
            )
        )
        connection.execute(
            text(
                "INSERT INTO services (id, service_code, names, descriptions, group_code, "
                "group_names, keywords, unit_kind, attributes) "
                "VALUES (1, 'lamp', '{}', '{}', 'g', '{}', '', 'agency', '[]')"
            )
        )
        connection.execute(
            text(
                "INSERT INTO complaints (id, service_request_id, token, requested_at, last_seq, "
                "service_id, status, channel_id, day, minute, response_outcome, "
                "resolution_outcome, updated_at) "
                "VALUES (1, '1', 't', 1700000000, 1, 1, 0, 1, 19675, 28333333, 0, 0, 1700000000)"
            )
        )
    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    for revision in reversed(list(ScriptDirectory.from_config(config).walk_revisions())):
        upgrade_to(empty, revision.revision)
    with read(empty) as connection:
        key = connection.execute(text("SELECT scopes, per_minute FROM api_keys")).one()
        complaint = connection.execute(text("SELECT is_repeat, duplicate_of FROM complaints")).one()
    assert key == ("read write updates feedback", 30_000)
    assert complaint == (0, None)
    empty.dispose()


def test_words_that_clients_had_posted_stay_inside_from_then_on(empty: Engine) -> None:
    """Nobody had said that they may be published; what the city said stays public."""
    upgrade_to(empty, "0008")
    with write(empty) as connection:
        for statement in (
            "INSERT INTO channels (id, code, name, kind) VALUES (1, 'app', 'App', 'app')",
            "INSERT INTO api_keys (id, key_hash, name, channel_id, created_at, scopes, per_minute) "
            "VALUES (1, 'abc', 'site', 1, 1700000000, 'updates', 9)",
            "INSERT INTO services (id, service_code, names, descriptions, group_code, "
            "group_names, keywords, unit_kind, attributes) "
            "VALUES (1, 'lamp', '{}', '{}', 'g', '{}', '', 'agency', '[]')",
            "INSERT INTO complaints (id, service_request_id, token, requested_at, last_seq, "
            "service_id, status, channel_id, day, minute, response_outcome, "
            "resolution_outcome, updated_at) "
            "VALUES (1, '1', 't', 1700000000, 1, 1, 0, 1, 19675, 28333333, 0, 0, 1700000000)",
            "INSERT INTO events (seq, complaint_id, kind, at, recorded_at, note, data) VALUES "
            "(1, 1, 'resolved', 1700000000, 1700000000, 'theirs', '{\"status\": \"FIXED\"}'), "
            "(2, 1, 'reopened', 1700000000, 1700000000, 'theirs', NULL), "
            "(3, 1, 'resolved', 1700000000, 1700000000, 'ours', NULL)",
            "INSERT INTO posted_updates (api_key_id, update_id, seq) VALUES (1, 'a', 1)",
            "INSERT INTO posted_updates (api_key_id, update_id, seq) VALUES (1, 'b', 2)",
        ):
            connection.exec_driver_sql(statement)
    upgrade_to(empty, "0009")
    query = select(events.c.data).order_by(events.c.seq)
    with read(empty) as connection:
        assert connection.scalars(query).all() == [
            {"status": "FIXED", "withheld": True},
            {"withheld": True},
            None,
        ]
    empty.dispose()
