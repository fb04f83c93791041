"""Logins that answer a challenge: Basic, Digest (Apache), NTLM (pyspnego's acceptor), Kerberos (MIT)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from benchmarks.login_matrix.trial import EXPIRES_AFTER, PAGES, Case, Trial, once
from tests.support import challenging_apache
from tests.support.acceptors import ACCOUNT, PASSWORD, ntlm_passwords, web_server_keytab
from tests.support.challenging_apache import ChallengingApache, serve_challenges
from tests.support.handshake_server import HandshakeSite, serve_handshakes
from tests.support.kerberos_realm import REALM, serve_realm

SLOW = {"politeness": {"requests_per_minute": 600, "concurrency": 1}}
"""So that a crawl outlasts a nonce that is good for a second."""


@contextmanager
def basic(case: Case, _folder: Path) -> Iterator[Trial]:
    """`expires`: the password is changed at the server while it is in use."""
    with serve_challenges("basic") as apache, ExitStack() as stack:
        if case is Case.EXPIRES:
            users = apache.apache.folder / "north"
            stack.enter_context(
                once(
                    lambda: apache.apache.asked("GET", "/page/") >= EXPIRES_AFTER,
                    lambda: users.write_text("nobody:$2y$04$none\n"),
                )
            )
        yield _of_apache(apache, "basic", case, renews=False)


@contextmanager
def digest(case: Case, _folder: Path) -> Iterator[Trial]:
    """`expires`: a nonce is good for a second."""
    with serve_challenges("digest", nonce_seconds=1 if case is Case.EXPIRES else 300) as apache:
        yield _of_apache(apache, "digest", case, renews=True)


def _of_apache(apache: ChallengingApache, kind: str, case: Case, *, renews: bool) -> Trial:
    for number in range(PAGES):
        page = apache.apache.folder / "pages" / f"page/{number}"
        page.parent.mkdir(exist_ok=True)
        page.with_suffix(".html").write_text(
            f"<!doctype html><title>Berth {number}</title><p>Full: {number}."
        )
    password = "last year's" if case is Case.WRONG else challenging_apache.PASSWORD
    return Trial(
        seeds=tuple(apache.url(f"/page/{number}.html") for number in range(PAGES)),
        auth={"type": kind, "username": challenging_apache.USER, "password": password},
        pages=PAGES,
        counted=lambda: f"{apache.rejected()} rejected",
        rejected=apache.rejected,
        renews=renews,
        more=SLOW if case is Case.EXPIRES else {},
    )


@contextmanager
def ntlm(case: Case, folder: Path) -> Iterator[Trial]:
    """`expires`: the server ends each authenticated connection after some pages."""
    with serve_handshakes(*_options("NTLM", case), environment=ntlm_passwords(folder)) as site:
        yield _of_acceptor(site, "ntlm", ACCOUNT, "wrong" if case is Case.WRONG else PASSWORD)


@contextmanager
def kerberos(case: Case, folder: Path) -> Iterator[Trial]:
    """`expires`: as with NTLM. A wrong password is rejected by the key distribution centre."""
    with serve_realm(folder) as realm:
        realm.add_user("eva", PASSWORD)
        os.environ.update(realm.environment)
        password = "wrong" if case is Case.WRONG else PASSWORD
        environment = web_server_keytab(realm)
        with serve_handshakes(*_options("Negotiate", case), environment=environment) as site:
            trial = _of_acceptor(site, "kerberos", f"eva@{REALM}", password)

            def rejected() -> int:
                return realm.log().count("PREAUTH_FAILED") + trial.rejected()

            yield Trial(
                trial.seeds,
                trial.auth,
                trial.pages,
                lambda: f"{trial.counted()}; the realm rejected {realm.log().count('PREAUTH_FAILED')}",
                rejected,
                names=trial.names,
            )


def _options(offers: str, case: Case) -> tuple[str, ...]:
    return ("--offers", offers, "--lasts", str(EXPIRES_AFTER if case is Case.EXPIRES else 0))


def _of_acceptor(site: HandshakeSite, kind: str, account: str, password: str) -> Trial:
    def counted() -> str:
        counts = site.counts()
        return f"{counts['attempts']} handshakes on {counts['connections']} connections"

    return Trial(
        seeds=tuple(site.url(f"/page/{number}") for number in range(PAGES)),
        auth={"type": kind, "username": account, "password": password},
        pages=PAGES,
        counted=counted,
        rejected=lambda: site.counts()["rejected"],
        names={"localhost": "127.0.0.1"},
    )
