"""What lies in scope: paths, hosts, registrable domains."""

from __future__ import annotations

import pickle

import pytest

from catalog.canonical_url import WebAddress, parse_url
from catalog.vocabulary import ALLOWED, Decision, Reason
from crawler.rules.registrable_domain import registrable_domain
from crawler.rules.scope import Scope
from settings.scope import Follow


def address(text: str) -> WebAddress:
    parsed = parse_url(text)
    assert isinstance(parsed, WebAddress)
    return parsed


def scope(follow: str, *seeds: str) -> Scope:
    return Scope(Follow(follow), tuple(address(seed) for seed in seeds))


@pytest.mark.parametrize(
    ("name", "domain"),
    [
        ("docs.example.co.uk", "example.co.uk"),
        ("example.com", "example.com"),
        ("EXAMPLE.com.", "example.com"),
        ("a.b.someone.github.io", "someone.github.io"),
        ("github.io", "github.io"),
        ("wiki.corp.internal", "corp.internal"),
        ("wiki", "wiki"),
        ("10.1.2.3", "10.1.2.3"),
        ("[fd00::1]", "[fd00::1]"),
    ],
)
def test_registrable_domains(name: str, domain: str) -> None:
    assert registrable_domain(name) == domain


@pytest.mark.parametrize(
    ("follow", "seed", "url", "inside"),
    [
        ("path", "https://x.example/docs/15/index.html", "https://x.example/docs/15/a.html", True),
        ("path", "https://x.example/docs/15/index.html", "http://x.example/docs/15/", True),
        ("path", "https://x.example/docs/15/", "https://x.example/docs/15", True),
        ("path", "https://x.example/docs/15/", "https://x.example/docs/16/", False),
        ("path", "https://x.example/docs/15/", "https://x.example/docs/150/", False),
        ("path", "https://x.example/docs/15/", "https://y.example/docs/15/", False),
        ("path", "https://x.example/docs/15/", "https://x.example/docs?to=/docs/15/", False),
        ("host", "https://x.example/docs/", "https://x.example/", True),
        ("host", "https://x.example/", "http://x.example/", True),
        ("host", "https://x.example/", "https://x.example:8443/", False),
        ("host", "https://x.example/", "https://www.x.example/", False),
        ("host", "http://127.0.0.1:8101/", "http://127.0.0.1:6379/", False),
        ("subdomains", "https://www.firm.example/", "https://docs.firm.example:8443/", True),
        ("subdomains", "https://www.firm.example/", "https://otherfirm.example/", False),
        ("subdomains", "https://one.github.io/", "https://two.github.io/", False),
        ("subdomains", "http://127.0.0.1:8101/", "http://127.0.0.1:8102/", False),
        ("subdomains", "http://wiki:8101/", "http://wiki:8101/a", True),
        ("subdomains", "http://wiki:8101/", "http://wiki:8102/", False),
        ("any", "https://x.example/", "https://elsewhere.example/", True),
    ],
)
def test_what_lies_inside(follow: str, seed: str, url: str, inside: bool) -> None:
    decision = scope(follow, seed).decide(address(url))
    assert decision == (ALLOWED if inside else Decision(False, Reason.OUT_OF_SCOPE, f"scope.follow {follow}"))


def test_each_of_several_seeds_opens_its_own_place() -> None:
    both = scope("path", "https://a.example/x/", "https://a.example/y/z/", "https://b.example/")
    for url in ("https://a.example/x/1", "https://a.example/y/z/2", "https://b.example/3"):
        assert both.decide(address(url)).allowed
    assert not both.decide(address("https://a.example/y/")).allowed


def test_the_target_of_a_redirected_seed_joins_the_scope() -> None:
    before = scope("host", "https://example.com/")
    after = before.with_redirected_seed(address("https://www.example.com/en/"))
    assert not before.decide(address("https://www.example.com/en/a")).allowed
    assert after.decide(address("https://www.example.com/en/a")).allowed
    assert after.decide(address("https://example.com/a")).allowed
    assert after.with_redirected_seed(address("https://example.com/")) is after


def test_a_scope_survives_pickling() -> None:
    original = scope("subdomains", "https://www.firm.example/")
    copy = pickle.loads(pickle.dumps(original))
    assert copy == original
    assert copy.decide(address("https://docs.firm.example/")).allowed
