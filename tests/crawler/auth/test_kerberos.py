"""Kerberos and Negotiate in a realm of its own: password, keytab, ticket cache, and what goes wrong."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from crawler.auth.negotiate import NegotiateScheme
from crawler.auth.outcome import LoginFault, LoginFaultKind
from tests.support.acceptors import ACCOUNT, PASSWORD, ntlm_passwords, web_server_keytab
from tests.support.handshake_server import HandshakeSite, serve_handshakes
from tests.support.kerberos_realm import REALM, KerberosRealm, serve_realm
from tests.support.login_run import address, assert_no_secret, run_login, sign_in, statuses

EVA = f"eva@{REALM}"


@pytest.fixture(scope="module")
def realm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KerberosRealm]:
    """A realm with an account; this process belongs to it as long as the module's tests run."""
    with serve_realm(tmp_path_factory.mktemp("realm")) as running, pytest.MonkeyPatch.context() as patch:
        for name, value in running.environment.items():
            patch.setenv(name, value)
        running.add_user("eva", PASSWORD)
        yield running


@pytest.fixture(scope="module")
def site(realm: KerberosRealm) -> Iterator[HandshakeSite]:
    with serve_handshakes("--offers", "Negotiate|NTLM", environment=web_server_keytab(realm)) as running:
        yield running


def kerberos(
    site: HandshakeSite,
    username: str | None = None,
    password: str | None = None,
    keytab: Path | None = None,
    origin: str | None = None,
) -> NegotiateScheme:
    at = origin or site.origin
    return NegotiateScheme(
        "kerberos", username, password, keytab=keytab, origins=[at], probe=address(f"{at}/")
    )


async def fault_of(scheme: NegotiateScheme, site: HandshakeSite) -> LoginFault:
    fault = await sign_in(scheme, site.url())
    assert fault is not None
    return fault


class TestATicket:
    async def test_comes_by_password_in_any_way_to_write_the_account(self, site: HandshakeSite) -> None:
        for account in ("eva", EVA, EVA.lower(), rf"{REALM.lower()}\eva"):
            assert await sign_in(kerberos(site, account, PASSWORD), site.url()) is None

    async def test_comes_by_keytab_whose_first_principal_is_the_account(
        self, realm: KerberosRealm, site: HandshakeSite
    ) -> None:
        keytab = realm.keytab("crawler")
        by_first = kerberos(site, keytab=keytab)
        assert await sign_in(by_first, site.url()) is None
        assert by_first.account == f"crawler@{REALM}"
        assert await sign_in(kerberos(site, f"crawler@{REALM}", keytab=keytab), site.url()) is None

    async def test_comes_from_the_cache_of_the_machine(
        self, realm: KerberosRealm, site: HandshakeSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        cache = tmp_path / "cache"
        realm.kinit(EVA, PASSWORD, cache=cache)
        monkeypatch.setenv("KRB5CCNAME", f"FILE:{cache}")
        scheme = kerberos(site)
        assert await sign_in(scheme, site.url()) is None
        assert scheme.account == EVA
        assert scheme.secrets == ()

    async def test_is_asked_for_once_for_all_connections(
        self, realm: KerberosRealm, site: HandshakeSite
    ) -> None:
        before = realm.log().count("AS_REQ")
        outcomes = await run_login(
            kerberos(site, EVA, PASSWORD), [site.url(f"/page/{number}") for number in range(300)]
        )
        assert statuses(outcomes) == {200}
        assert realm.log().count("AS_REQ") - before == 2  # the first one is asked for its proof


class TestWhatGoesWrong:
    async def test_the_account_is_unknown(self, site: HandshakeSite) -> None:
        fault = await fault_of(kerberos(site, "nobody", PASSWORD), site)
        assert fault == LoginFault(
            LoginFaultKind.NO_TICKET,
            "the Kerberos realm knows no account nobody: correct `auth.username` (user@REALM)",
        )

    async def test_the_realm_is_unknown(self, site: HandshakeSite) -> None:
        fault = await fault_of(kerberos(site, "eva@ELSEWHERE.TEST", PASSWORD), site)
        assert fault.kind is LoginFaultKind.NO_TICKET
        assert fault.sentence.startswith("the Kerberos realm of eva@ELSEWHERE.TEST cannot be found (")
        assert fault.sentence.endswith("): add it to /etc/krb5.conf")

    async def test_the_account_is_locked(self, realm: KerberosRealm, site: HandshakeSite) -> None:
        realm.add_user("locked", PASSWORD, "-allow_tix")
        scheme = kerberos(site, "locked", PASSWORD)
        fault = await fault_of(scheme, site)
        assert fault.kind is LoginFaultKind.LOCKED
        assert fault.sentence == (
            "the Kerberos account locked is locked or disabled: have it unlocked before you try again"
        )

    async def test_the_password_has_expired(self, realm: KerberosRealm, site: HandshakeSite) -> None:
        realm.add_user("old", PASSWORD, "-pwexpire", "yesterday")
        scheme = kerberos(site, "old", PASSWORD)
        fault = await fault_of(scheme, site)
        assert fault.kind is LoginFaultKind.PASSWORD_EXPIRED
        assert fault.sentence == "the password of old has expired: set a new one and correct `auth.password`"
        assert_no_secret(scheme, fault)

    async def test_the_keytab_is_missing(self, site: HandshakeSite, tmp_path: Path) -> None:
        fault = await fault_of(kerberos(site, EVA, keytab=tmp_path / "none.keytab"), site)
        assert fault.kind is LoginFaultKind.NO_TICKET
        assert fault.sentence.startswith(f"the keytab has no key for {EVA} (")

    async def test_the_keytab_has_keys_of_others_only(
        self, realm: KerberosRealm, site: HandshakeSite
    ) -> None:
        fault = await fault_of(kerberos(site, EVA, keytab=realm.keytab("crawler")), site)
        assert fault.kind is LoginFaultKind.NO_TICKET
        assert fault.sentence.startswith(f"the keytab has no key for {EVA} (")

    async def test_the_keytab_is_older_than_the_password(
        self, realm: KerberosRealm, site: HandshakeSite
    ) -> None:
        keytab = realm.keytab("renewed")
        realm.administer("cpw -randkey renewed")
        scheme = kerberos(site, keytab=keytab)
        fault = await fault_of(scheme, site)
        assert fault == LoginFault(
            LoginFaultKind.REJECTED,
            f"the Kerberos realm rejected the key of {scheme.account}: has the password changed since? Make "
            "a new `auth.keytab`",
        )

    async def test_there_is_no_ticket_cache(self, site: HandshakeSite) -> None:
        fault = await fault_of(kerberos(site), site)
        assert fault.kind is LoginFaultKind.NO_TICKET
        assert fault.sentence.endswith("run `kinit`, or set `auth.keytab` or `auth.password`")

    async def test_the_cache_has_tickets_of_another(
        self, realm: KerberosRealm, site: HandshakeSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        cache = tmp_path / "cache"
        realm.kinit(EVA, PASSWORD, cache=cache)
        monkeypatch.setenv("KRB5CCNAME", f"FILE:{cache}")
        fault = await fault_of(kerberos(site, "crawler"), site)
        assert fault.kind is LoginFaultKind.NO_TICKET
        assert fault.sentence == (
            f"the ticket cache FILE:{cache} has tickets of {EVA}, not of crawler: run `kinit`, or set "
            "`auth.keytab` or `auth.password`"
        )

    async def test_the_web_server_is_not_in_the_realm(self, site: HandshakeSite) -> None:
        origin = site.origin.replace("localhost", "127.0.0.1")
        scheme = kerberos(site, EVA, PASSWORD, origin=origin)
        fault = await sign_in(scheme, f"{origin}/")
        assert fault is not None
        assert fault.kind is LoginFaultKind.NO_TICKET
        assert "the Kerberos realm knows no such web server (" in fault.sentence

    async def test_the_realm_is_down(
        self, site: HandshakeSite, realm: KerberosRealm, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        settings = (realm.folder / "krb5.conf").read_text().replace(f":{realm.port}", ":1")
        (tmp_path / "krb5.conf").write_text(settings)
        monkeypatch.setenv("KRB5_CONFIG", str(tmp_path / "krb5.conf"))
        fault = await fault_of(kerberos(site, EVA, PASSWORD), site)
        assert fault.kind is LoginFaultKind.NO_TICKET
        assert fault.sentence.startswith("no Kerberos server answers (")

    async def test_the_clocks_are_too_far_apart(self, realm: KerberosRealm) -> None:
        faketime = shutil.which("faketime")
        if faketime is None:
            pytest.skip("faketime is missing: apt install faketime")
        command = (faketime, "-f", "+2h")
        known = web_server_keytab(realm)
        with serve_handshakes("--offers", "Negotiate", environment=known, command=command) as late:
            fault = await fault_of(kerberos(late, EVA, PASSWORD), late)
        assert fault.kind is LoginFaultKind.CLOCK_SKEW
        assert fault.sentence.startswith(
            "the clocks of this machine and of a Kerberos server are too far apart ("
        )
        assert fault.sentence.endswith("): set them by NTP")

    async def test_the_server_has_another_key_than_the_realm(self, realm: KerberosRealm) -> None:
        known = {**web_server_keytab(realm), "KRB5_KTNAME": str(realm.keytab("HTTP/other"))}
        with serve_handshakes("--offers", "Negotiate", environment=known) as other:
            scheme = kerberos(other, EVA, PASSWORD)
            fault = await fault_of(scheme, other)
            counts = other.counts()
        assert fault.kind is LoginFaultKind.NO_EFFECT
        assert fault.sentence.startswith(f"{other.origin} refused the Kerberos ticket of {EVA} (")
        assert counts["attempts"] == 1


class TestNegotiate:
    async def test_is_kerberos_where_that_works(self, realm: KerberosRealm, site: HandshakeSite) -> None:
        before = realm.log().count("HTTP/localhost")
        scheme = NegotiateScheme("negotiate", EVA, PASSWORD, origins=[site.origin], probe=address(site.url()))
        assert await sign_in(scheme, site.url()) is None
        assert realm.log().count("HTTP/localhost") > before

    async def test_gives_way_to_ntlm_where_it_does_not(self, realm: KerberosRealm, tmp_path: Path) -> None:
        with serve_handshakes(environment={**realm.environment, **ntlm_passwords(tmp_path)}) as windows:
            scheme = NegotiateScheme(
                "negotiate", ACCOUNT, PASSWORD, origins=[windows.origin], probe=address(windows.url())
            )
            assert await sign_in(scheme, windows.url()) is None
            counts = windows.counts()
        assert (counts["attempts"], counts["rejected"]) == (1, 0)

    async def test_does_not_try_ntlm_with_a_password_that_the_realm_rejected(
        self, site: HandshakeSite
    ) -> None:
        site.reset()
        scheme = NegotiateScheme("negotiate", EVA, "wrong", origins=[site.origin], probe=address(site.url()))
        fault = await fault_of(scheme, site)
        assert fault.kind is LoginFaultKind.REJECTED
        assert site.counts()["attempts"] == 0

    async def test_tells_the_fault_of_kerberos_where_ntlm_is_not_taken_either(
        self, realm: KerberosRealm
    ) -> None:
        known = web_server_keytab(realm)
        with serve_handshakes("--offers", "Negotiate", environment=known) as site:
            scheme = NegotiateScheme(
                "negotiate", "nobody", PASSWORD, origins=[site.origin], probe=address(site.url())
            )
            fault = await fault_of(scheme, site)
        assert fault == LoginFault(
            LoginFaultKind.NO_TICKET,
            "the Kerberos realm knows no account nobody: correct `auth.username` (user@REALM) "
            f"({site.origin} does not take NTLM instead)",
        )
