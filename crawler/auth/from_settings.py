"""From `connectors[].auth` to the logins that a keeper keeps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal

from catalog.canonical_url import WebAddress, parse_url
from crawler.auth.basic import BasicScheme
from crawler.auth.canary import Canary
from crawler.auth.client_certificate import ClientCertificateScheme
from crawler.auth.digest import DigestScheme
from crawler.auth.header_logins import HeaderScheme, bearer_scheme
from crawler.auth.keeper import KeptLogin
from crawler.auth.negotiate import NegotiateScheme
from crawler.auth.oauth2 import OAuth2Scheme
from crawler.auth.pages.attempt import PageLoginPlan
from crawler.auth.pages.chosen_parts import FieldSelectors
from crawler.auth.pages.imported_session import ImportedSession
from crawler.auth.pages.page_login import PageLoginScheme, SignInByBrowser
from crawler.auth.scheme import Scheme
from crawler.auth.walls import WallSigns
from crawler.fetch.tls import ClientCertificate
from settings.auth import (
    BasicLogin,
    BearerLogin,
    ClientCertificateLogin,
    CookiesLogin,
    DigestLogin,
    KerberosLogin,
    LoginSettings,
    NoLogin,
    NtlmLogin,
    OAuth2Login,
    PageLogin,
    SamlLogin,
    TicketLogin,
)


def kept_logins(
    logins: Sequence[LoginSettings],
    seeds: Sequence[WebAddress],
    by_browser: SignInByBrowser | None = None,
) -> tuple[KeptLogin, ...]:
    """The logins of a connector; those that send nothing are left out.

    Without `origins` a login is for the origins of the seeds. `by_browser` serves forms that need one.
    Raises `OSError` for a file that cannot be used, with a sentence that names the setting.
    """
    return tuple(_kept(login, seeds, by_browser) for login in logins if login.type != "none" or login.headers)


def addresses_of_logins(logins: Iterable[LoginSettings]) -> Iterator[WebAddress]:
    """What logins may have to reach besides the seeds: the guard must let them."""
    for login in logins:
        named = [*login.origins]
        if login.logged_in is not None:
            named.append(login.logged_in.url)
        if isinstance(login, PageLogin):
            named.append(login.login_url)
            named += [f"{scheme}://{host}/" for host in login.login_hosts for scheme in ("http", "https")]
        if isinstance(login, OAuth2Login):
            named.append(login.token_url)
        yield from (_address(url) for url in named)


def client_certificates(
    logins: Iterable[LoginSettings], seeds: Sequence[WebAddress]
) -> Mapping[str, ClientCertificate]:
    """The certificate that is shown to each origin; no other origin sees one."""
    return {
        origin: ClientCertificate(login.certificate, login.key)
        for login in logins
        if isinstance(login, ClientCertificateLogin)
        for origin in _origins(login, seeds)
    }


def _kept(login: LoginSettings, seeds: Sequence[WebAddress], by_browser: SignInByBrowser | None) -> KeptLogin:
    origins = _origins(login, seeds)
    canary = None
    if login.logged_in is not None:
        canary = Canary(_address(login.logged_in.url), login.logged_in.contains)
    page = next((seed for seed in seeds if seed.origin in origins), None) or _address(min(origins))
    probe = page if canary is None else canary.address
    return KeptLogin(_scheme(login, origins, probe, by_browser), _signs(login, origins), canary, Canary(page))


def _origins(login: LoginSettings, seeds: Sequence[WebAddress]) -> frozenset[str]:
    return frozenset(login.origins) or frozenset(seed.origin for seed in seeds)


def _signs(login: LoginSettings, origins: frozenset[str]) -> WallSigns:
    if isinstance(login, CookiesLogin):
        return WallSigns(forms=True)
    if not isinstance(login, PageLogin):
        return WallSigns()
    page = _address(login.login_url)
    hosts = frozenset(login.login_hosts)
    if page.origin not in origins:
        return WallSigns(hosts | {page.host}, forms=True)
    return WallSigns(hosts, page, forms=True)


def _scheme(
    login: LoginSettings, origins: frozenset[str], probe: WebAddress, by_browser: SignInByBrowser | None
) -> Scheme:
    headers = {name: value.reveal() for name, value in login.headers.items()}
    match login:
        case NoLogin():
            return HeaderScheme("none", origins=origins, probe=probe, headers=headers)
        case BearerLogin() | OAuth2Login():
            return _token_scheme(login, origins, probe, headers)
        case BasicLogin() | DigestLogin():
            kind = BasicScheme if isinstance(login, BasicLogin) else DigestScheme
            return kind(
                login.username, login.password.reveal(), origins=origins, probe=probe, headers=headers
            )
        case NtlmLogin() | TicketLogin():
            return _handshake_scheme(login, origins, probe, headers)
        case PageLogin():
            return PageLoginScheme(
                login.type, _plan(login, origins, probe), headers=headers, by_browser=by_browser
            )
        case CookiesLogin() | ClientCertificateLogin():
            return _scheme_of_files(login, origins, probe, headers)


def _plan(login: PageLogin, origins: frozenset[str], home: WebAddress) -> PageLoginPlan:
    url = _address(login.login_url)
    chosen = FieldSelectors(
        login.username_field, login.next_button, login.password_field, login.submit_button
    )
    return PageLoginPlan(
        login_url=url,
        origins=origins,
        login_hosts=frozenset({url.host, *login.login_hosts}),
        username=login.username,
        password=login.password.reveal(),
        by_provider=isinstance(login, SamlLogin),
        selectors=chosen,
        totp_secret=None if login.totp_secret is None else login.totp_secret.reveal(),
        home=home,
    )


def _token_scheme(
    login: BearerLogin | OAuth2Login, origins: frozenset[str], probe: WebAddress, headers: Mapping[str, str]
) -> Scheme:
    if isinstance(login, BearerLogin):
        return bearer_scheme(login.token.reveal(), origins=origins, probe=probe, headers=headers)
    token_url, secret = _address(login.token_url), login.client_secret.reveal()
    return OAuth2Scheme(
        token_url, login.client_id, secret, login.scope, origins=origins, probe=probe, headers=headers
    )


def _handshake_scheme(
    login: NtlmLogin | TicketLogin, origins: frozenset[str], probe: WebAddress, headers: Mapping[str, str]
) -> Scheme:
    if isinstance(login, NtlmLogin):
        password = login.password.reveal()
        return NegotiateScheme(
            "ntlm", login.username, password, origins=origins, probe=probe, headers=headers
        )
    kind: Literal["kerberos", "negotiate"] = "kerberos" if isinstance(login, KerberosLogin) else "negotiate"
    own = None if login.password is None else login.password.reveal()
    return NegotiateScheme(
        kind, login.username, own, keytab=login.keytab, origins=origins, probe=probe, headers=headers
    )


def _scheme_of_files(
    login: CookiesLogin | ClientCertificateLogin,
    origins: frozenset[str],
    probe: WebAddress,
    headers: Mapping[str, str],
) -> Scheme:
    if isinstance(login, ClientCertificateLogin):
        return ClientCertificateScheme(
            login.certificate, login.key, origins=origins, probe=probe, headers=headers
        )
    cookies = {name: value.reveal() for name, value in login.cookies.items()}
    return ImportedSession(
        origins=origins, probe=probe, cookies=cookies, storage_state=login.storage_state, headers=headers
    )


def _address(url: str) -> WebAddress:
    address = parse_url(url)
    assert isinstance(address, WebAddress)  # the settings have checked it
    return address
