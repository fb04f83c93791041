"""Logins on pages: a form of the site's own, and single sign-on by SAML."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.login_matrix.trial import EXPIRES_AFTER, Case, Trial
from tests.support import saml_service, walled_wiki
from tests.support.saml_service import serve_saml
from tests.support.walled_wiki import serve_walled_wiki


@contextmanager
def form(case: Case, _folder: Path) -> Iterator[Trial]:
    """A wiki whose walls answer 200 with the form; `expires`: each session ends after some answers."""
    with serve_walled_wiki() as wiki:
        wiki.ends_after = EXPIRES_AFTER * 2 if case is Case.EXPIRES else None
        yield Trial(
            seeds=(f"{wiki.address}/",),
            auth={
                "type": "form",
                "username": walled_wiki.USER,
                "password": "falsches Netz" if case is Case.WRONG else walled_wiki.PASSWORD,
                "login_url": f"{wiki.address}/",
            },
            pages=walled_wiki.PAGES + 1,
            counted=lambda: f"{wiki.counts['passwords']} passwords, {wiki.counts['walls']} walls shown",
            rejected=lambda: wiki.counts["rejected"],
        )


@contextmanager
def saml(case: Case, folder: Path) -> Iterator[Trial]:
    """pysaml2 on both sides; `expires`: all sessions of the site end once."""
    with serve_saml(folder) as pair:
        pair.service.expires_at = EXPIRES_AFTER if case is Case.EXPIRES else None
        password = "last year's anchor" if case is Case.WRONG else saml_service.PASSWORD
        yield Trial(
            seeds=(f"{pair.service.address}/",),
            auth={
                "type": "saml",
                "username": saml_service.USER,
                "password": password,
                "login_url": f"{pair.service.address}/",
                "login_hosts": [pair.provider.address.removeprefix("http://")],
            },
            pages=pair.service.pages + 1,
            counted=lambda: (
                f"{pair.provider.counts['passwords']} passwords, {pair.service.counts['logins']} logins"
            ),
            rejected=lambda: pair.provider.counts["passwords"] if case is Case.WRONG else 0,
        )
