"""Links that would end the session are known by their address."""

from __future__ import annotations

import pytest

from catalog.canonical_url import WebAddress, parse_url
from catalog.vocabulary import Reason
from crawler.rules.link_rules import LinkRules
from crawler.rules.logout_links import ends_session
from crawler.rules.scope import Scope
from settings.scope import Follow


@pytest.mark.parametrize(
    "address",
    [
        "/logout",
        "/Logout/",
        "/sign-out?next=/",
        "/users/sign_out",
        "/account/LogOff.aspx",
        "/wp-login.php?action=logout&_wpnonce=1",
        "/doku.php?id=start&do=logout",
        "/index.php/Special:UserLogout",
        "/index.php?title=Special:UserLogout&returnto=Main",
        "/app;logout",
        "/de/abmelden",
        "/module.php/core/logout.php",
        "/mellon/logout?ReturnTo=/",
        "/saml/slo",
        "/d%C3%A9connexion",
    ],
)
def test_addresses_that_end_a_session(address: str) -> None:
    assert ends_session(address)


@pytest.mark.parametrize(
    "address",
    [
        "/docs/logout-flow.html",
        "/blog/how-to-log-out-safely",
        "/login",
        "/signout-sheets",
        "/slow",
        "/search?q=where+is+logout+button",
        "/articles/ausloggen-oder-nicht",
        "/timeslots/",
    ],
)
def test_addresses_that_only_speak_of_it(address: str) -> None:
    assert ends_session(address) is None


def test_a_crawl_that_is_signed_in_refuses_them_and_says_why() -> None:
    seed, link = parse_url("https://a.example/"), parse_url("https://a.example/users/sign_out")
    assert isinstance(seed, WebAddress)
    assert isinstance(link, WebAddress)
    scope = Scope(Follow.HOST, (seed,))
    assert LinkRules(scope, max_depth=3).decide(link, 1).allowed
    decision = LinkRules(scope, max_depth=3, signed_in=True).decide(link, 1)
    assert (decision.reason, decision.rule) == (Reason.LOGOUT_LINK, "sign_out")
