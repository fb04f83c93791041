"""Single sign-on at real SAML providers: pysaml2's and SimpleSAMLphp's, the latter behind Apache's mellon."""

from __future__ import annotations

import base64
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import httpx2
import pyotp
import pytest
from saml2.authn_context import PASSWORDPROTECTEDTRANSPORT

from crawler.auth.outcome import LoginFaultKind
from tests.support import php_provider
from tests.support.php_provider import (
    POST,
    PhpPair,
    needs_mellon,
    needs_simplesamlphp,
    serve_mellon_and_php,
)
from tests.support.saml_entities import needs_xmlsec1
from tests.support.saml_provider import Manner
from tests.support.saml_service import PASSWORD, USER, SamlPair, serve_saml
from tests.support.signing_in import behind_login, configured, try_to_sign_in
from tests.support.syncing import kept, sync
from tests.support.visitor import Visitor, forms, visiting

TYPED = {"j_username": USER, "j_password": PASSWORD}
TYPED_AT_PHP = {"username": php_provider.USER, "password": php_provider.PASSWORD}


@pytest.fixture(scope="module")
def running_saml(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SamlPair]:
    with serve_saml(tmp_path_factory.mktemp("saml")) as pair:
        yield pair


@pytest.fixture
def saml(running_saml: SamlPair) -> SamlPair:
    """pysaml2's provider and service, as they were at their start."""
    running_saml.reset()
    return running_saml


@pytest.fixture(scope="module")
def running_php() -> Iterator[PhpPair]:
    with serve_mellon_and_php() as pair:
        yield pair


@pytest.fixture
def php(running_php: PhpPair) -> PhpPair:
    """SimpleSAMLphp and mod_auth_mellon, with nobody signed in."""
    running_php.provider.end_sessions()
    running_php.service.end_sessions()
    return running_php


@pytest.fixture
def visitor() -> Iterator[Visitor]:
    """The reference client."""
    with visiting() as person:
        yield person


@needs_xmlsec1
class TestThePysaml2ServersAreRight:
    """The reference client signs in as a person would."""

    @pytest.mark.parametrize("binding", ["redirect", "post"])
    def test_the_password_leads_to_the_page_by_either_binding(
        self, saml: SamlPair, visitor: Visitor, binding: str
    ) -> None:
        saml.service.binding = binding  # type: ignore[assignment]
        page = visitor.submit(visitor.get(saml.service.page(3)), TYPED)
        assert str(page.url) == saml.service.page(3)
        assert "the tide book says 23757 barrels" in page.text
        assert (saml.provider.counts["requests"], saml.provider.counts["passwords"]) == (1, 1)

    def test_an_expired_session_is_renewed_silently_while_the_provider_knows_us(
        self, saml: SamlPair, visitor: Visitor
    ) -> None:
        visitor.submit(visitor.get(saml.service.page(3)), TYPED)
        saml.service.end_sessions()
        assert str(visitor.get(saml.service.page(4)).url) == saml.service.page(4)
        assert (saml.provider.counts["silent"], saml.provider.counts["passwords"]) == (1, 1)
        saml.service.end_sessions()
        saml.provider.end_sessions()
        assert forms(visitor.get(saml.service.page(4)))[2].has("j_password")

    def test_a_wrong_password_is_told(self, saml: SamlPair, visitor: Visitor) -> None:
        page = visitor.submit(visitor.get(saml.service.page(3)), {**TYPED, "j_password": "wrong"})
        assert "The user name or password is incorrect." in page.text
        assert saml.provider.counts["rejected"] == 1
        assert saml.service.counts["logins"] == 0

    def test_the_provider_can_begin(self, saml: SamlPair, visitor: Visitor) -> None:
        start = saml.provider.unsolicited(saml.service.address, "/pages/5")
        assert str(visitor.submit(visitor.get(start), TYPED).url) == saml.service.page(5)

    def test_two_steps_and_a_code(self, saml: SamlPair, visitor: Visitor) -> None:
        secret = pyotp.random_base32()
        saml.provider.manner = Manner(two_steps=True, totp_secret=secret)
        name_page = visitor.get(saml.service.page(3))
        password_page = visitor.submit(name_page, {"j_username": USER})
        code_page = visitor.submit(password_page, {"j_password": PASSWORD})
        wrong = visitor.submit(code_page, {"otp": "12345"})
        assert "That code is not valid." in wrong.text
        page = visitor.submit(wrong, {"otp": pyotp.TOTP(secret).now()})
        assert str(page.url) == saml.service.page(3)

    @pytest.mark.parametrize(
        ("account", "said"),
        [("locked", "account has been locked"), ("password expired", "password has expired")],
    )
    def test_accounts_that_no_password_helps(
        self, saml: SamlPair, visitor: Visitor, account: str, said: str
    ) -> None:
        saml.provider.manner = Manner(account=account)  # type: ignore[arg-type]
        page = visitor.submit(visitor.get(saml.service.page(3)), TYPED)
        assert said in page.text
        assert saml.provider.counts["responses"] == 0

    def test_without_javascript_its_page_shows_no_form(self, saml: SamlPair, visitor: Visitor) -> None:
        saml.provider.manner = Manner(needs_javascript=True)
        page = visitor.get(saml.service.page(3))
        assert not any(form.has("j_password") for form in forms(page))
        assert "This page needs JavaScript." in page.text

    def test_a_response_that_was_changed_on_its_way_is_refused(self, saml: SamlPair) -> None:
        assert saml.provider.entity is not None
        signed = str(
            saml.provider.entity.create_authn_response(
                identity={"uid": [USER]},
                in_response_to=None,
                destination=f"{saml.service.address}/saml/acs",
                sp_entity_id=f"{saml.service.address}/metadata",
                userid=USER,
                authn={"class_ref": PASSWORDPROTECTEDTRANSPORT},
            )
        )
        for response, status in ((signed.replace(f">{USER}<", ">director<"), 403), (signed, 303)):
            fields = {"SAMLResponse": base64.b64encode(response.encode()).decode(), "RelayState": "/"}
            answer = httpx2.post(f"{saml.service.address}/saml/acs", data=fields, trust_env=False)
            assert answer.status_code == status
        assert (saml.service.counts["refused"], saml.service.counts["logins"]) == (1, 1)


def ledger(saml: SamlPair, **auth: Any) -> dict[str, Any]:
    """The site behind pysaml2's provider as a connector."""
    login = {"login_url": saml.service.page(1), "login_hosts": [host_of(saml.provider.address)], **auth}
    return behind_login(saml.service.page(1), "saml", USER, **{"password": PASSWORD, **login})


def mellon(php: PhpPair, **auth: Any) -> dict[str, Any]:
    """The site behind SimpleSAMLphp as a connector."""
    provider = host_of(php.provider.apache.address)
    login = {"password": php_provider.PASSWORD, "login_url": php.service.page(1), "login_hosts": [provider]}
    return behind_login(php.service.page(1), "saml", php_provider.USER, **{**login, **auth})


def host_of(address: str) -> str:
    """Host and port of ``http://HOST:PORT``."""
    return address.removeprefix("http://")


@needs_xmlsec1
class TestOurLoginAtPysaml2:
    @pytest.mark.parametrize("binding", ["redirect", "post"])
    def test_user_name_and_password_are_enough(
        self, saml: SamlPair, tmp_path: Path, binding: Literal["redirect", "post"]
    ) -> None:
        saml.service.binding = binding
        trial = try_to_sign_in(tmp_path, ledger(saml))
        assert (trial.fault, trial.sentence) == (None, "")
        assert (saml.provider.counts["passwords"], saml.service.counts["logins"]) == (1, 1)
        found = {name for step in trial.steps for name in step.found}
        assert {"username_field", "password_field", "submit_button"} <= found

    def test_two_steps_and_a_code(self, saml: SamlPair, tmp_path: Path) -> None:
        secret = pyotp.random_base32()
        saml.provider.manner = Manner(two_steps=True, totp_secret=secret)
        trial = try_to_sign_in(tmp_path, ledger(saml, totp_secret=secret))
        assert (trial.fault, trial.sentence) == (None, "")
        counts = saml.provider.counts
        assert (counts["passwords"], counts["codes"], counts["rejected"]) == (1, 1, 0)

    def test_the_provider_can_begin(self, saml: SamlPair, tmp_path: Path) -> None:
        start = saml.provider.unsolicited(saml.service.address, "/pages/5")
        trial = try_to_sign_in(tmp_path, ledger(saml, login_url=start, login_hosts=[]))
        assert (trial.fault, trial.sentence) == (None, "")
        assert saml.service.counts["logins"] == 1

    def test_a_wrong_password_is_tried_once_until_it_changes(self, saml: SamlPair, tmp_path: Path) -> None:
        trial = try_to_sign_in(tmp_path, ledger(saml, password="rope"))
        assert trial.fault is LoginFaultKind.REJECTED
        assert "The user name or password is incorrect" in trial.sentence
        assert try_to_sign_in(tmp_path, ledger(saml, password="rope")).fault is LoginFaultKind.REMEMBERED
        assert saml.provider.counts["passwords"] == 1
        assert try_to_sign_in(tmp_path, ledger(saml)).fault is None

    @pytest.mark.parametrize(
        ("manner", "fault"),
        [
            (Manner(account="locked"), LoginFaultKind.LOCKED),
            (Manner(account="password expired"), LoginFaultKind.PASSWORD_EXPIRED),
            (Manner(totp_secret="JBSWY3DPEHPK3PXP"), LoginFaultKind.SECOND_FACTOR),
        ],
        ids=["locked", "password expired", "second factor"],
    )
    def test_what_no_password_helps_against_is_told(
        self, saml: SamlPair, tmp_path: Path, manner: Manner, fault: LoginFaultKind
    ) -> None:
        saml.provider.manner = manner
        assert try_to_sign_in(tmp_path, ledger(saml)).fault is fault
        assert saml.provider.counts["passwords"] == 1

    @pytest.mark.parametrize("allowed", [[], ["127.0.0.0/8"]], ids=["out of reach", "within reach"])
    def test_a_host_that_is_not_named_never_sees_the_password(
        self, saml: SamlPair, tmp_path: Path, allowed: list[str]
    ) -> None:
        site = {**ledger(saml, login_hosts=[]), "network": {"allow": allowed}}
        trial = try_to_sign_in(tmp_path, site)
        assert trial.fault is LoginFaultKind.FOREIGN_HOST
        assert host_of(saml.provider.address) in trial.sentence
        assert "login_hosts" in trial.sentence
        assert saml.provider.counts["passwords"] == 0

    def test_a_provider_that_is_down_is_named(self, tmp_path: Path) -> None:
        with serve_saml(tmp_path, provider_is_up=False) as down:
            trial = try_to_sign_in(tmp_path, ledger(down))
        assert trial.fault is LoginFaultKind.UNREACHABLE
        assert "127.0.0.2" in trial.sentence

    @pytest.mark.browser
    @pytest.mark.skipif(shutil.which("chromium") is None, reason="the Debian package chromium is missing")
    def test_pages_that_only_scripts_fill_are_met_with_a_browser(
        self, saml: SamlPair, tmp_path: Path
    ) -> None:
        saml.provider.manner = Manner(needs_javascript=True)
        trial = try_to_sign_in(tmp_path, ledger(saml))
        assert (trial.fault, trial.sentence) == (None, "")
        assert (saml.provider.counts["passwords"], saml.service.counts["logins"]) == (1, 1)


@needs_simplesamlphp
@needs_mellon
class TestOurLoginAtSimpleSamlPhp:
    def test_user_name_and_password_are_enough(self, php: PhpPair, tmp_path: Path) -> None:
        before = php.provider.passwords
        trial = try_to_sign_in(tmp_path, mellon(php))
        assert (trial.fault, trial.sentence) == (None, "")
        assert php.provider.passwords == before + 1

    def test_a_wrong_password_is_tried_once(self, php: PhpPair, tmp_path: Path) -> None:
        before = php.provider.rejected
        trial = try_to_sign_in(tmp_path, mellon(php, password="rope"))
        assert trial.fault is LoginFaultKind.REJECTED
        assert "Incorrect username or password" in trial.sentence
        assert php.provider.rejected == before + 1

    def test_the_provider_can_begin(self, php: PhpPair, tmp_path: Path) -> None:
        start = php.provider.unsolicited(php.service.address, "/pages/5.html")
        trial = try_to_sign_in(tmp_path, mellon(php, login_url=start, login_hosts=[]))
        assert (trial.fault, trial.sentence) == (None, "")

    def test_the_post_binding(self, tmp_path: Path) -> None:
        with serve_mellon_and_php(POST) as pair:
            trial = try_to_sign_in(tmp_path, mellon(pair))
        assert (trial.fault, trial.sentence) == (None, "")

    def test_a_host_that_is_not_named_never_sees_the_password(self, php: PhpPair, tmp_path: Path) -> None:
        before = php.provider.passwords
        trial = try_to_sign_in(tmp_path, mellon(php, login_hosts=[]))
        assert trial.fault is LoginFaultKind.FOREIGN_HOST
        assert host_of(php.provider.apache.address) in trial.sentence
        assert php.provider.passwords == before

    def test_a_sync_is_signed_on_silently_while_the_provider_knows_us(
        self, php: PhpPair, tmp_path: Path
    ) -> None:
        before = php.provider.passwords
        config = configured(tmp_path, {**mellon(php), "seeds": [f"{php.service.address}/"]})
        first = sync(config)
        assert first.code == 0, first.said
        assert {document.title for document in kept(config).documents.values()} == {
            f"Ledger {number}" for number in range(php_provider.PAGES + 1)
        }
        php.service.end_sessions()
        again = sync(config, "--mode", "forced")
        assert (again.code, again.run["documents"]) == (0, php_provider.PAGES + 1)
        assert php.provider.passwords == before + 1


@needs_simplesamlphp
@needs_mellon
class TestSimpleSamlPhpAndMellonAreRight:
    """The reference client signs in as a person would."""

    def test_wrong_then_right_password(self, php: PhpPair, visitor: Visitor) -> None:
        before = php.provider.passwords, php.provider.rejected
        again = visitor.submit(visitor.get(php.service.page(3)), {**TYPED_AT_PHP, "password": "wrong"})
        assert "Incorrect username or password" in again.text
        page = visitor.submit(again, TYPED_AT_PHP)
        assert str(page.url) == php.service.page(3)
        assert "the tide book says 23757 barrels" in page.text
        assert (php.provider.passwords, php.provider.rejected) == (before[0] + 2, before[1] + 1)

    def test_silent_sign_on_until_the_provider_forgets(self, php: PhpPair, visitor: Visitor) -> None:
        visitor.submit(visitor.get(php.service.page(3)), TYPED_AT_PHP)
        typed = php.provider.passwords
        php.service.end_sessions()
        assert str(visitor.get(php.service.page(4)).url) == php.service.page(4)
        assert php.provider.passwords == typed
        php.service.end_sessions()
        php.provider.end_sessions()
        assert forms(visitor.get(php.service.page(4)))[0].has("username", "password")

    def test_the_provider_can_begin(self, php: PhpPair, visitor: Visitor) -> None:
        start = php.provider.unsolicited(php.service.address, "/pages/5.html")
        assert str(visitor.submit(visitor.get(start), TYPED_AT_PHP).url) == php.service.page(5)

    def test_the_post_binding(self, visitor: Visitor) -> None:
        with serve_mellon_and_php(POST) as pair:
            page = visitor.submit(visitor.get(pair.service.page(6)), TYPED_AT_PHP)
            assert str(page.url) == pair.service.page(6)
            assert "the tide book" in page.text
