"""Single sign-on at real SAML providers: pysaml2's and SimpleSAMLphp's, the latter behind Apache's mellon."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import httpx2
import pyotp
import pytest
from saml2.authn_context import PASSWORDPROTECTEDTRANSPORT

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
