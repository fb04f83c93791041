"""One real site for each login that answers a challenge, alike from outside."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import pytest

from crawler.auth.basic import BasicScheme
from crawler.auth.challenge_scheme import ChallengeScheme
from crawler.auth.digest import DigestScheme
from crawler.auth.negotiate import NegotiateScheme
from tests.support import acceptors, challenging_apache
from tests.support.challenging_apache import serve_challenges
from tests.support.handshake_server import serve_handshakes
from tests.support.kerberos_realm import REALM, serve_realm
from tests.support.login_run import address

Kind = Literal["basic", "digest", "ntlm", "negotiate", "kerberos"]
KINDS: Final[tuple[Kind, ...]] = ("basic", "digest", "ntlm", "negotiate", "kerberos")
EVA: Final = f"eva@{REALM}"


@dataclass(frozen=True, slots=True)
class ChallengingSite:
    """A site that answers any path to the account; `rejected` counts wrong passwords where they are seen."""

    kind: Kind
    origin: str
    account: str
    password: str
    rejected: Callable[[], int]

    def url(self, target: str = "/") -> str:
        return self.origin + target

    def scheme(self, password: str | None = None, origin: str | None = None) -> ChallengeScheme:
        """The login, with the right password or another one, for this site or another one."""
        return login_of(self.kind, self.account, password or self.password, origin or self.origin)


def login_of(
    kind: Kind, account: str, password: str, origin: str, headers: Mapping[str, str] | None = None
) -> ChallengeScheme:
    """A login of this kind, which proves itself on the page at ``/``."""
    probe = address(f"{origin}/")
    if kind == "basic":
        return BasicScheme(account, password, origins=[origin], probe=probe, headers=headers)
    if kind == "digest":
        return DigestScheme(account, password, origins=[origin], probe=probe, headers=headers)
    return NegotiateScheme(kind, account, password, origins=[origin], probe=probe, headers=headers)


@contextmanager
def serve_kind(kind: Kind, folder: Path) -> Iterator[ChallengingSite]:
    """Run the site and what it needs; this process belongs to its Kerberos realm, if it has one."""
    with ExitStack() as stack:
        if kind in ("basic", "digest"):
            apache = stack.enter_context(serve_challenges(kind))
            account, password = challenging_apache.USER, challenging_apache.PASSWORD
            yield ChallengingSite(kind, apache.origin, account, password, apache.rejected)
            return
        if kind == "ntlm":
            environment = acceptors.ntlm_passwords(folder)
        else:
            realm = stack.enter_context(serve_realm(folder))
            patch = stack.enter_context(pytest.MonkeyPatch.context())
            for name, value in realm.environment.items():
                patch.setenv(name, value)
            if kind == "kerberos":
                realm.add_user("eva", acceptors.PASSWORD)
                known = acceptors.web_server_keytab(realm)
                site = stack.enter_context(serve_handshakes("--offers", "Negotiate", environment=known))
                yield ChallengingSite(
                    kind, site.origin, EVA, acceptors.PASSWORD, lambda: realm.log().count(": PREAUTH_FAILED:")
                )
                return
            environment = {**realm.environment, **acceptors.ntlm_passwords(folder)}
        offers = 'Negotiate|NTLM|Basic realm="intranet"'  # as IIS does
        site = stack.enter_context(serve_handshakes("--offers", offers, environment=environment))
        account, password = acceptors.ACCOUNT, acceptors.PASSWORD
        yield ChallengingSite(kind, site.origin, account, password, lambda: site.counts()["rejected"])
