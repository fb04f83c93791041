"""Keys, groups and the access test at the terminal."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest

from catalog.access import AccessList
from catalog.api_keys import find_key, find_signing_key
from catalog.database import open_catalog
from catalog.groups import Groups
from catalog.vault import Vault
from search_api.identity.group_files import GroupFileError, read_group_file
from search_api.identity.verdicts import because, judge
from settings.load import load_settings
from tests.support.warm_crawler import warm_search

CONFIGURATION = """
version: 1
store: {database: sqlite:///data/catalog.db, directory: data}
connectors:
  - {name: intranet, seeds: [https://intranet.example.com/], access: public}
"""

run = warm_search().call


@pytest.fixture
def configuration(tmp_path: Path) -> Path:
    file = tmp_path / "connectors.yaml"
    file.write_text(CONFIGURATION)
    return file


def test_who_is_not_signed_in_cannot_be_signed_out(configuration: Path) -> None:
    done = run("sign-out", "eva", "--config", str(configuration))
    said = "eva was signed in nowhere: is the name as the identity provider says it?"
    assert (done.returncode, done.stderr.strip()) == (0, said)


def test_a_key_is_made_shown_once_and_revoked(configuration: Path) -> None:
    config = ("--config", str(configuration))
    made = run("key", "create", "portal", "--group", "hr", "--scope", "act-as", "--json", *config)
    key = json.loads(made.stdout)
    assert key["name"] == "portal"
    listed = run("key", "list", "--json", *config)
    assert key["key"] not in listed.stdout
    (told,) = json.loads(listed.stdout)["keys"]
    assert (told["groups"], told["scopes"], told["revoked_at"]) == (["hr"], ["act-as"], None)
    again = run("key", "create", "portal", *config)
    assert (again.returncode, again.stderr.strip()) == (
        1, "there is a key named portal already: revoke it first, or choose another name",
    )  # fmt: skip
    assert run("key", "revoke", "portal", *config).returncode == 0
    store = load_settings(configuration).store
    catalog = open_catalog(store.database, store.directory)
    with catalog.read() as connection:
        assert find_key(connection, key["key"]) is None
    catalog.close()
    wrong = run("key", "create", "x", "--scope", "everything", *config)
    assert (wrong.returncode, wrong.stderr.strip()) == (
        2, "there is no scope everything: choose of search, admin, act-as",
    )  # fmt: skip


def test_a_key_for_signed_requests_is_shown_as_aws_calls_it(configuration: Path) -> None:
    config = ("--config", str(configuration))
    made = run("key", "create", "portal", "--aws", *config)
    lines = dict(line.split("=", 1) for line in made.stdout.splitlines())
    listed = json.loads(run("key", "list", "--json", *config).stdout)["keys"]
    assert lines["AWS_ACCESS_KEY_ID"] == listed[0]["access_key_id"]
    store = load_settings(configuration).store
    catalog = open_catalog(store.database, store.directory)
    with catalog.read() as connection:
        found = find_signing_key(connection, Vault.open(store.directory), lines["AWS_ACCESS_KEY_ID"])
        assert found is not None
        assert found.secret == lines["AWS_SECRET_ACCESS_KEY"]
    catalog.close()
    told = json.loads(run("key", "create", "other", "--aws", "--json", *config).stdout)
    assert list(told) == ["name", "key", "access_key_id"]


def test_groups_are_loaded_from_a_file(configuration: Path, tmp_path: Path) -> None:
    file = tmp_path / "groups.yaml"
    file.write_text("staff: [group:hr, 'user:bob']\nhr: ['user:eva']\n")
    done = run("groups", "load", str(file), "--config", str(configuration), "--json")
    assert json.loads(done.stdout) == {"groups": 2, "memberships": 3}
    store = load_settings(configuration).store
    catalog = open_catalog(store.database, store.directory)
    with catalog.read() as connection:
        assert "group:staff" in Groups().expanded(connection, ["user:eva"])
    catalog.close()


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("g.yaml", "- a", "g.yaml: must be a mapping of groups to lists of members"),
        ("g.yaml", "a: [", "g.yaml:2: this is neither YAML nor JSON"),
        ("g.yaml", "a: user:eva", "g.yaml: the members of 'a' must be a list"),
        ("g.yaml", "a: [eva]", "g.yaml: a: 'eva' is no member: write user:NAME or group:NAME"),
        ("g.yaml", "a: [7]", "g.yaml: a: 7 is no member"),
        ("g.yaml", "7: [user:eva]", "g.yaml: 7 is no name of a group"),
        ("g.json", '{"group:": ["user:eva"]}', "'group:' is no name of a group"),
        ("g.csv", "a,b\n", "g.csv:1: the first line must name the columns group and member"),
        ("g.csv", "group,member\nhr,eva\n", "g.csv:2: 'eva' is no member"),
        ("g.csv", "group,member\nhr\n", "g.csv:2: None is no member"),
    ],
)
def test_a_wrong_file_of_groups_is_told_with_its_place(
    tmp_path: Path, name: str, text: str, told: str
) -> None:
    file = tmp_path / name
    file.write_text(text)
    with pytest.raises(GroupFileError) as raised:
        read_group_file(file)
    assert told in str(raised.value)


def test_names_with_commas_survive_in_every_kind_of_file(tmp_path: Path) -> None:
    expected = [("group:CN=hr,DC=x", "user:eva"), ("group:CN=hr,DC=x", "group:a")]
    texts = {
        "g.json": '{"CN=hr,DC=x": ["user:eva", "group:a"]}',
        "g.yaml": "'group:CN=hr,DC=x':\n  - user:eva\n  - group:a\n",
        "g.csv": 'group,member\n"CN=hr,DC=x",user:eva\n"CN=hr,DC=x",group:a\n',
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
        assert read_group_file(tmp_path / name) == expected


@pytest.mark.parametrize(
    ("allow", "deny", "may_read", "said"),
    [
        (("everyone",), (), True, "allowed as everyone"),
        (("group:staff",), (), True, "allowed as group:staff (through user:eva in group:hr)"),
        (("group:staff",), ("user:eva",), False, "denied as user:eva"),
        (("group:it", "user:bob"), (), False, "allowed are only group:it, user:bob"),
        ((), (), False, "nobody may read it: no rule of `access` allows anyone"),
    ],
)
def test_a_verdict_says_what_decided_it(
    allow: tuple[str, ...], deny: tuple[str, ...], may_read: bool, said: str
) -> None:
    paths = {
        "everyone": ("everyone",),
        "user:eva": ("user:eva",),
        "group:hr": ("user:eva", "group:hr"),
        "group:staff": ("user:eva", "group:hr", "group:staff"),
    }
    verdict = judge(AccessList(allow, deny), frozenset(paths))
    assert (verdict.may_read, because(verdict, paths)) == (may_read, said)


def test_a_provider_that_cannot_be_asked_is_told_and_the_service_starts(
    configuration: Path, refusing_port: int
) -> None:
    sign_in = f"{{type: oidc, issuer: 'http://127.0.0.1:{refusing_port}', client_id: c, client_secret: s}}"
    configuration.write_text(f"{CONFIGURATION}search: {{authentication: {sign_in}}}\n")
    service = warm_search().start(["serve", "--port", "0", "--config", str(configuration)])
    expected = {"Nobody can sign in now: the identity provider cannot be asked at", "Uvicorn running on"}
    try:
        while expected and (line := service.stderr.readline().decode()):
            expected -= {said for said in expected if said in line}
    finally:
        service.kill()
        service.communicate()
    assert expected == set()


def test_a_port_that_is_taken_is_told_before_anything_is_loaded(configuration: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run("serve", "--port", str(port), "--config", str(configuration))
    said = f"127.0.0.1 port {port} cannot be listened on (Address already in use): choose another with"
    assert (done.returncode, done.stderr.startswith(said)) == (1, True)
