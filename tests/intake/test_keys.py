"""API keys: shown once, stored as hashes, useless from the moment they are revoked."""

import pytest
from sqlalchemy import select

from data.database import read
from data.keys import KeyProblem, create_key, find_key, list_keys, revoke_key
from data.schema import api_keys
from data.store import Store
from tests.intake.conftest import Api


def channel_of(store: Store) -> str:
    return next(iter(store.reference().channel_by_code))


def test_only_a_hash_is_stored(any_store: Store) -> None:
    plain = create_key(any_store, "app", channel_of(any_store))
    with read(any_store.engine) as connection:
        row = connection.execute(select(api_keys)).one()
    assert plain not in str(row)
    assert len(row.key_hash) == 64
    found = find_key(any_store, plain)
    assert found is not None
    assert (found.name, found.channel_code) == ("app", channel_of(any_store))
    assert find_key(any_store, plain + "x") is None
    assert find_key(any_store, "") is None


def test_a_revoked_key_opens_nothing(any_store: Store) -> None:
    plain = create_key(any_store, "app", channel_of(any_store))
    revoke_key(any_store, "app")
    assert find_key(any_store, plain) is None
    with pytest.raises(KeyProblem, match="no key in use is named 'app'"):
        revoke_key(any_store, "app")
    create_key(any_store, "app", channel_of(any_store))
    assert [key.revoked_at is None for key in list_keys(any_store)] == [False, True]


def test_mistakes_are_named(store: Store) -> None:
    with pytest.raises(KeyProblem, match=r"channel 'nowhere' is not one of .*"):
        create_key(store, "app", "nowhere")
    create_key(store, "app", channel_of(store))
    with pytest.raises(KeyProblem, match="a key named 'app' is in use"):
        create_key(store, "app", channel_of(store))


def test_commands_create_list_and_revoke(api: Api) -> None:
    runner = api.client.application.test_cli_runner()
    channel = channel_of(api.store)
    made = runner.invoke(args=["keys", "create", "phone", "--channel", channel])
    plain = made.output.strip()
    api.report(api_key=plain)
    listed = runner.invoke(args=["keys", "list"]).output
    assert f"phone\t{channel}\t" in listed
    assert plain not in listed
    assert runner.invoke(args=["keys", "revoke", "phone"]).exit_code == 0
    assert api.post(api_key=plain).status_code == 403
    again = runner.invoke(args=["keys", "revoke", "phone"])
    assert again.exit_code == 1
    assert "no key in use is named 'phone'" in again.output
    wrong = runner.invoke(args=["keys", "create", "x", "--channel", "nowhere"])
    assert wrong.exit_code == 1
    assert "channel 'nowhere' is not one of" in wrong.output
