"""What Basic cannot say, sites where a login is optional, and answers that tell nothing of a password."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest

from crawler.auth.basic import BasicScheme, basic_authorization
from crawler.auth.outcome import LoginFaultKind
from tests.crawler.fetch.faux_site import FauxSite, answer, serve
from tests.support.login_run import address, fetch_all, fetching, sign_in, statuses

PASSWORD = "schlüssel:für/alles"
GOOD = basic_authorization("eva", PASSWORD)
CHALLENGE = answer(b"who?", "401 Unauthorized", WWW_Authenticate='Basic realm="Wiki"')
PAGE = answer(b"<title>Page</title><p>Hello")

Rule = Callable[[str | None], bytes]
"""From the Authorization header of a request to the answer."""


@dataclass
class RuledSite:
    """A site whose pages all follow one rule, which may change."""

    site: FauxSite
    rule: Rule

    def attempts(self) -> int:
        """How many requests had credentials."""
        return sum("authorization" in request.headers for request in self.site.requests)


@asynccontextmanager
async def ruled_by(rule: Rule) -> AsyncIterator[RuledSite]:
    async def obey(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(ruled.rule(ruled.site.requests[-1].headers.get("authorization")))

    targets = ["/", *(f"/page/{number}" for number in range(100))]
    async with serve(dict.fromkeys(targets, obey)) as site:
        ruled = RuledSite(site, rule)
        yield ruled


def eva(site: FauxSite, password: str = PASSWORD, username: str = "eva") -> BasicScheme:
    return BasicScheme(username, password, origins=[site.origin], probe=address(site.url()))


@pytest.mark.parametrize(
    ("username", "password", "sentence"),
    [
        (
            "corp:eva",
            PASSWORD,
            "the user name corp:eva has a colon, which HTTP Basic cannot carry: correct `auth.username`, "
            "or use `auth.type: digest` where the server offers it",
        ),
        (
            "eva",
            PASSWORD + "\n",
            "the user name or the password has a control character (a line end?), which HTTP Basic cannot "
            "carry: correct `auth.username` or `auth.password`",
        ),
    ],
)
async def test_what_basic_cannot_carry_is_told_and_nothing_is_sent(
    username: str, password: str, sentence: str
) -> None:
    async with ruled_by(lambda _sent: CHALLENGE) as ruled:
        fault = await sign_in(eva(ruled.site, password, username), ruled.site.url())
    assert fault is not None
    assert fault.sentence == sentence
    assert ruled.site.requests == []


async def test_a_site_that_shows_members_more_is_sent_the_login_unasked() -> None:
    serial = itertools.count()

    def greet_members(sent: str | None) -> bytes:
        more = "<a href=/mine>Log out, Eva</a>" if sent == GOOD else "<a href=/login>Log in</a>"
        return answer(f"<p>Welcome {more}<script>token='{next(serial)}abc'</script>".encode())

    async with ruled_by(greet_members) as ruled:
        scheme = eva(ruled.site)
        async with fetching(scheme, ruled.site.url()) as fetcher:
            assert await scheme.sign_in(fetcher, lambda _step: None) is None
            before = ruled.attempts()
            await fetch_all(fetcher, [ruled.site.url(f"/page/{number}") for number in range(20)])
    assert (before, ruled.attempts()) == (1, 21)


async def test_a_site_that_shows_all_the_same_is_sent_the_login_only_where_it_asks() -> None:
    serial = itertools.count()
    async with ruled_by(lambda _sent: answer(f"<p>Hello <i data-n='{next(serial)}'>".encode())) as ruled:
        scheme = eva(ruled.site)
        async with fetching(scheme, ruled.site.url()) as fetcher:
            assert await scheme.sign_in(fetcher, lambda _step: None) is None
            await fetch_all(fetcher, [ruled.site.url(f"/page/{number}") for number in range(20)])
    assert ruled.attempts() == 1


async def test_a_wrong_password_is_told_also_where_a_login_is_optional() -> None:
    async with ruled_by(lambda sent: PAGE if sent is None else CHALLENGE) as ruled:
        scheme = eva(ruled.site, "wrong")
        fault = await sign_in(scheme, ruled.site.url())
        again = await sign_in(scheme, ruled.site.url())
    assert fault is not None
    assert fault == again
    assert fault.kind is LoginFaultKind.REJECTED
    assert fault.sentence == (
        f'{ruled.site.origin} rejected the password of eva (Basic, realm "Wiki"): '
        "correct `auth.username` or `auth.password`"
    )
    assert ruled.attempts() == 1


@pytest.mark.parametrize("status", ["503 Busy", "403 Forbidden", "429 Slowly"])
async def test_answers_that_tell_nothing_of_a_password_end_its_attempts_at_two(status: str) -> None:
    async with ruled_by(lambda sent: CHALLENGE if sent is None else answer(b"?", status)) as ruled:
        scheme = eva(ruled.site)
        async with fetching(scheme, ruled.site.url()) as fetcher:
            await fetch_all(fetcher, [ruled.site.url(f"/page/{number}") for number in range(40)])
        fault = await sign_in(scheme, ruled.site.url())
    assert fault is not None
    assert fault.kind is LoginFaultKind.NO_EFFECT
    assert fault.sentence.startswith(f"{ruled.site.origin} answered {status[:3]} to eva, twice: ")
    assert ruled.attempts() == 2


async def test_an_account_that_may_not_read_the_probe_page_is_told_apart_from_a_wrong_password() -> None:
    async with ruled_by(lambda sent: CHALLENGE if sent is None else answer(b"?", "403 No")) as ruled:
        fault = await sign_in(eva(ruled.site), ruled.site.url())
    assert fault is not None
    assert (fault.kind, fault.kind.spends_the_password) == (LoginFaultKind.NO_EFFECT, False)
    assert "name in `logged_in.url` a page that it may read" in fault.sentence


async def test_a_password_that_was_changed_is_proven_wrong_by_one_sign_in_and_not_sent_again() -> None:
    async with ruled_by(lambda sent: PAGE if sent == GOOD else CHALLENGE) as ruled:
        scheme = eva(ruled.site)
        async with fetching(scheme, ruled.site.url()) as fetcher:
            assert await scheme.sign_in(fetcher, lambda _step: None) is None
            ruled.rule = lambda _sent: CHALLENGE
            assert statuses(await fetch_all(fetcher, [ruled.site.url("/page/1")])) == {401}
            after_one_page = scheme.fault
            before = ruled.attempts()
            fault = await scheme.sign_in(fetcher, lambda _step: None)
            await fetch_all(fetcher, [ruled.site.url(f"/page/{number}") for number in range(20)])
    assert fault is not None
    assert fault.kind is LoginFaultKind.REJECTED
    assert (after_one_page, scheme.fault) == (None, fault)
    assert ruled.attempts() == before + 1
