"""Logins that show what was made elsewhere: bearer tokens, OAuth 2, cookies, client certificates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.login_matrix.trial import EXPIRES_AFTER, PAGES, Case, Trial, once
from tests.support import token_server
from tests.support.certificates import Authority
from tests.support.certified_apache import serve_members
from tests.support.changing_site import Answer, Declared, page, redirect, serve_site
from tests.support.token_server import serve_tokens

TOKEN = "a-token-of-the-matrix"
_FORM = Answer(
    b"<title>Sign in</title><form method=post><input name=user><input type=password name=p></form>"
)
_WHO = Answer(b"who are you?", 401, headers={"WWW-Authenticate": 'Bearer realm="berths"'})


@dataclass
class _Guarded:
    """A start page and others for those whom `knows` lets in, until so many were shown; a wall for others."""

    knows: Callable[[Mapping[str, str]], bool]
    wall: Answer
    ends_after: int | None
    counts: Counter[str] = field(default_factory=Counter)

    def pages(self) -> dict[str, Declared]:
        links = [f"/{number}" for number in range(1, PAGES)]
        shown = {"/": page("Berths", *links)} | {link: page(f"Berth {link}") for link in links}
        return {path: self._guarded(answer) for path, answer in shown.items()}

    def counted(self) -> str:
        return f"{self.counts['shown']} pages, {self.counts['walls']} walls shown"

    def _guarded(self, answer: Answer) -> Callable[[Mapping[str, str]], Answer]:
        def show(headers: Mapping[str, str]) -> Answer:
            over = self.ends_after is not None and self.counts["shown"] >= self.ends_after
            if over or not self.knows(headers):
                self.counts["walls"] += 1
                return self.wall
            self.counts["shown"] += 1
            return answer

        return show


@contextmanager
def bearer(case: Case, _folder: Path) -> Iterator[Trial]:
    """`expires`: the token is worth nothing any more; there is no way to a new one."""
    ends_after = EXPIRES_AFTER if case is Case.EXPIRES else None
    guarded = _Guarded(lambda headers: headers.get("authorization") == f"Bearer {TOKEN}", _WHO, ends_after)
    with serve_site(guarded.pages()) as site:
        token = "another-token" if case is Case.WRONG else TOKEN
        auth = {"type": "bearer", "token": token}
        yield Trial((site.url(),), auth, PAGES, guarded.counted, renews=False)


@contextmanager
def cookies(case: Case, _folder: Path) -> Iterator[Trial]:
    """A session that somebody made in a browser; `expires`: the site has forgotten it."""
    ends_after = EXPIRES_AFTER if case is Case.EXPIRES else None
    guarded = _Guarded(
        lambda headers: f"sid={TOKEN}" in headers.get("cookie", ""), redirect("/in"), ends_after
    )
    with serve_site({**guarded.pages(), "/in": _FORM}) as site:
        auth = {"type": "cookies", "cookies": {"sid": "another" if case is Case.WRONG else TOKEN}}
        yield Trial((site.url(),), auth, PAGES, guarded.counted, renews=False)


@contextmanager
def oauth2(case: Case, _folder: Path) -> Iterator[Trial]:
    """`expires`: every token that was issued ends before its time."""
    with serve_tokens() as server, ExitStack() as stack:
        if case is Case.EXPIRES:
            stack.enter_context(once(lambda: server.counts["pages"] >= EXPIRES_AFTER, server.end_tokens))
        yield Trial(
            seeds=tuple(server.page(number) for number in range(PAGES)),
            auth={
                "type": "oauth2",
                "token_url": server.token_url,
                "client_id": token_server.CLIENT,
                "client_secret": "wrong" if case is Case.WRONG else token_server.SECRET,
            },
            pages=PAGES,
            counted=lambda: f"{server.counts['tokens']} tokens for {server.counts['attempts']} requests",
            rejected=lambda: server.counts["attempts"] - server.counts["tokens"],
            more={"politeness": {"requests_per_minute": 3000, "concurrency": 2}},
        )


@contextmanager
def client_certificate(case: Case, folder: Path) -> Iterator[Trial]:
    """Apache asks for it at one path only; `wrong` is of another authority, `expires` has ended yesterday."""
    authority = Authority(folder)
    if case is Case.WRONG:
        (folder / "foreign").mkdir()
        certificate, key = Authority(folder / "foreign").sign("crawler")
    else:
        certificate, key = authority.sign("crawler", days=-1 if case is Case.EXPIRES else 1)
    with serve_members(authority, "TLSv1.3") as site:
        yield Trial(
            seeds=tuple(site.url(f"/members/{number}") for number in range(PAGES)),
            auth={"type": "client_certificate", "certificate": str(certificate), "key": str(key)},
            pages=PAGES,
            counted=lambda: f"{site.apache.asked('GET', '/members/')} requests answered",
            renews=False,
            more={"tls": {"ca_file": str(authority.file)}},
        )
