"""What a browser carries to the provider and back."""

from __future__ import annotations

from datetime import timedelta

import ada_url
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from catalog.vault import Vault
from search_api.sign_in.attempt import Attempt, local_path, unsealed

SITE = "https://search.example.com"
VAULT = Vault(b"k" * 32)


@given(st.text() | st.text("/\\.:?#@%\t\n aé").map("/{}".format) | st.builds("//{}".format, st.text()))
@example("/\\evil.example")
@example("/\t/evil.example")
@example("/%2f/evil.example")
@example("/.//evil.example")
def test_no_text_leads_to_another_site(text: str) -> None:
    path = local_path(text)
    assert path.startswith("/")
    assert path.isascii()
    assert ada_url.URL(path, base=f"{SITE}/sign-in").origin == SITE


@pytest.mark.parametrize("path", ["/", "/?q=a&f.x=%C3%A9", "/admin/runs?page=2", "/documents/1?q=a%20b"])
def test_paths_of_this_service_stay_as_they_are(path: str) -> None:
    assert local_path(path) == path


def test_a_path_that_no_cookie_holds_is_left_out() -> None:
    assert local_path("/?q=" + "a" * 1_500) == local_path("/?q=" + "é" * 300) == "/"
    longest = Attempt("https://search.example.com/sign-in/callback", "/?q=" + "a" * 1_490, 0.0)
    assert len(longest.sealed(VAULT)) < 3_800


def test_each_attempt_has_secrets_of_its_own_that_nobody_else_can_read() -> None:
    attempts = [Attempt("", "/", 0.0) for _ in range(2)]
    secrets = [secret for each in attempts for secret in (each.state, each.nonce, each.verifier)]
    assert len(set(secrets)) == 6
    assert min(map(len, secrets)) >= 43  # RFC 7636, section 4.1
    sealed = attempts[0].sealed(VAULT)
    assert unsealed(sealed, VAULT) == attempts[0]
    assert unsealed(sealed, Vault(b"l" * 32)) is None


def test_an_attempt_of_more_than_ten_minutes_ago_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    sealed = Attempt("", "/", 0.0).sealed(VAULT)
    monkeypatch.setattr("search_api.sign_in.attempt.LIFETIME", timedelta(seconds=-1))
    assert unsealed(sealed, VAULT) is None
