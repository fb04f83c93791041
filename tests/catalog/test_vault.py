"""The vault: what it keeps is readable with its key alone."""

from __future__ import annotations

import base64
import os
from datetime import timedelta
from pathlib import Path

import pytest

from catalog.errors import CatalogError
from catalog.vault import KEY_FILE, KEY_VARIABLE, Purpose, Vault

KEY = base64.b64encode(bytes(range(32))).decode()


def test_what_was_sealed_is_readable_with_the_same_key_alone(tmp_path: Path) -> None:
    sealed = Vault(b"k" * 32).seal(b"cookie=geheim", Purpose.SESSIONS)
    assert b"geheim" not in sealed
    assert Vault(b"k" * 32).unseal(sealed, Purpose.SESSIONS) == b"cookie=geheim"
    assert Vault(b"l" * 32).unseal(sealed, Purpose.SESSIONS) is None


def test_what_was_sealed_for_one_purpose_is_nothing_for_another() -> None:
    vault = Vault(b"k" * 32)
    for purpose in Purpose:
        sealed = vault.seal(b"geheim", purpose)
        assert [other for other in Purpose if vault.unseal(sealed, other) is not None] == [purpose]


def test_what_was_sealed_too_long_ago_is_nothing() -> None:
    vault = Vault(b"k" * 32)
    sealed = vault.seal(b"state", Purpose.SESSIONS)
    assert vault.unseal(sealed, Purpose.SESSIONS, timedelta(minutes=1)) == b"state"
    assert vault.unseal(sealed, Purpose.SESSIONS, timedelta(seconds=-1)) is None


def test_the_key_file_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    sealed = Vault.open(tmp_path, {}).seal(b"state", Purpose.SESSIONS)
    assert (tmp_path / KEY_FILE).stat().st_mode & 0o777 == 0o600
    assert Vault.open(tmp_path, {}).unseal(sealed, Purpose.SESSIONS) == b"state"


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    vault = Vault.open(tmp_path, {KEY_VARIABLE: KEY})
    assert not (tmp_path / KEY_FILE).exists()
    assert (
        Vault(bytes(range(32))).unseal(vault.seal(b"state", Purpose.SESSIONS), Purpose.SESSIONS) == b"state"
    )


def test_a_key_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    Vault.open(tmp_path, {})
    os.chmod(tmp_path / KEY_FILE, 0o640)
    with pytest.raises(CatalogError, match=r"can be read by others: run `chmod 600 .*sitelore\.key`"):
        Vault.open(tmp_path, {})


@pytest.mark.parametrize("text", ["short", "ümlaut" * 8, base64.b64encode(b"x" * 31).decode()])
def test_a_key_that_is_none_is_refused_and_not_quoted(tmp_path: Path, text: str) -> None:
    with pytest.raises(CatalogError, match=r"SITELORE_KEY is no key.*openssl rand -base64 32") as raised:
        Vault.open(tmp_path, {KEY_VARIABLE: text})
    assert text not in str(raised.value)


def test_marks_are_the_same_for_the_same_secrets_only() -> None:
    vault = Vault(b"k" * 32)
    assert vault.mark(["user", "password"]) == vault.mark(["user", "password"])
    assert len({vault.mark(secrets) for secrets in (["ab", "c"], ["a", "bc"], ["abc"], ["abc", ""])}) == 4
    assert vault.mark(["a"]) != Vault(b"l" * 32).mark(["a"])
