"""Form logins over plain HTTP, in many manners: the password is sent once, and faults are told apart."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crawler.auth.outcome import LoginFaultKind
from tests.support.form_sites import LABELS, PASSWORD, TOTP_SECRET, USER, FormSite, serve_form_site
from tests.support.ports import refusing_port
from tests.support.signing_in import Trial, try_to_sign_in


@pytest.fixture(scope="module")
def running_site() -> Iterator[FormSite]:
    with serve_form_site() as site:
        yield site


@pytest.fixture
def site(running_site: FormSite) -> FormSite:
    """The login site as it was at its start."""
    running_site.reset()
    return running_site


def sign_in(site: FormSite, folder: Path, **auth: Any) -> Trial:
    login = {
        **{"type": "form", "username": USER, "password": PASSWORD, "login_url": f"{site.address}/login"},
        **auth,
    }
    connector = {"name": "harbour", "seeds": [f"{site.address}/"], "auth": login, "access": "public"}
    return try_to_sign_in(folder, connector)


@pytest.mark.parametrize("manner", ["one_step", "two_steps", "consent", "remember", "refresh"])
def test_user_name_and_password_are_enough(site: FormSite, tmp_path: Path, manner: str) -> None:
    site.manner = manner
    trial = sign_in(site, tmp_path)
    assert (trial.fault, trial.sentence) == (None, "")
    (sent,) = site.forms
    assert (sent["field_1"], sent["field_2"], sent["token"]) == (USER, PASSWORD, "t-o-k")


@pytest.mark.parametrize("language", LABELS)
def test_labels_may_be_in_many_languages(site: FormSite, tmp_path: Path, language: str) -> None:
    site.language = language
    assert sign_in(site, tmp_path).fault is None
    (sent,) = site.forms
    assert (sent["field_1"], sent["keep"], sent["go"]) == (USER, "on", "1")


def test_each_step_is_told_with_what_was_found_and_without_what_was_typed(
    site: FormSite, tmp_path: Path
) -> None:
    trial = sign_in(site, tmp_path)
    found = next(step.found for step in trial.steps if step.found)
    assert found == {
        "username_field": "xpath://input[@name='field_1']",
        "password_field": "xpath://input[@name='field_2']",
        "submit_button": "xpath://button[@name='go']",
    }
    assert PASSWORD not in repr(trial.steps)


def test_configured_fields_are_taken_as_they_are(site: FormSite, tmp_path: Path) -> None:
    chosen = {"username_field": "css:[name=field_1]", "password_field": "xpath://input[@type='password']"}
    assert sign_in(site, tmp_path, **chosen).fault is None


def test_a_configured_field_that_is_not_there_is_told_with_what_is(site: FormSite, tmp_path: Path) -> None:
    trial = sign_in(site, tmp_path, password_field="css:#pass")
    assert trial.fault is LoginFaultKind.NO_FORM
    assert "`auth.password_field` (css:#pass) finds nothing" in trial.sentence
    assert "xpath://input[@name='field_2']" in trial.sentence
    assert site.counts["passwords"] == 0


@pytest.mark.parametrize(
    ("manner", "fault", "told"),
    [
        ("locked", LoginFaultKind.LOCKED, "“Your account has been locked. Call the harbour office.”"),
        ("expired", LoginFaultKind.PASSWORD_EXPIRED, "change it with a browser, then set `auth.password`"),
        ("change", LoginFaultKind.PASSWORD_EXPIRED, "change it with a browser, then set `auth.password`"),
        ("totp", LoginFaultKind.SECOND_FACTOR, "set `auth.totp_secret`"),
    ],
)
def test_faults_after_the_password_are_told_apart(
    site: FormSite, tmp_path: Path, manner: str, fault: LoginFaultKind, told: str
) -> None:
    site.manner = manner
    trial = sign_in(site, tmp_path)
    assert trial.fault is fault, trial.sentence
    assert told in trial.sentence
    assert site.counts["passwords"] == 1


def test_a_rejected_password_is_sent_once_and_quoted_nowhere(site: FormSite, tmp_path: Path) -> None:
    trial = sign_in(site, tmp_path, password="low water")
    assert trial.fault is LoginFaultKind.REJECTED
    assert "rejected the password of crawler: “That did not match what we know.”" in trial.sentence
    assert "low water" not in trial.sentence + repr(trial.steps)
    assert site.counts["passwords"] == 1


def test_one_time_codes_are_sent(site: FormSite, tmp_path: Path) -> None:
    site.manner = "totp"
    assert sign_in(site, tmp_path, totp_secret=TOTP_SECRET).fault is None
    assert site.counts == {"passwords": 1, "codes": 1}


def test_a_form_that_sends_the_password_elsewhere_is_not_filled_in(site: FormSite, tmp_path: Path) -> None:
    site.elsewhere = "https://collector.example"
    trial = sign_in(site, tmp_path)
    assert trial.fault is LoginFaultKind.FOREIGN_HOST
    assert (
        "collector.example, which may not be given the password: add it to `auth.login_hosts`"
        in trial.sentence
    )
    assert site.counts["passwords"] == 0


def test_a_login_that_is_down_is_told(site: FormSite, tmp_path: Path) -> None:
    trial = sign_in(site, tmp_path, login_url=f"http://127.0.0.1:{refusing_port()}/login")
    assert trial.fault is LoginFaultKind.UNREACHABLE
    assert "refuses connections" in trial.sentence
