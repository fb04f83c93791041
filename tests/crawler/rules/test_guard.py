"""Which addresses may be reached: the independent SSRF suite, and who opens what."""

from __future__ import annotations

import json
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.canonical_url import WebAddress, parse_url
from catalog.vocabulary import ALLOWED, Reason
from crawler.rules.guard import Guard, Reach, reach_of, unwrapped
from tests.support.suites import SUITES, needs_suites

SUITE = SUITES / "security/ssrf_urls.json"
PUBLIC = "93.184.216.34"
PARSERS_DISAGREE = r"http://example.com\@127.0.0.1/"
RESOLVER = {
    "instance-data": "169.254.169.254",
    "metadata.google.internal": "169.254.169.254",
    "169.254.169.254.nip.io": "169.254.169.254",
    "127.0.0.1.nip.io": "127.0.0.1",
    "ip6-localhost": "::1",
    "localhost": "127.0.0.1",
    "foo.localhost": "127.0.0.1",
    "127.0.0.1.example.com": PUBLIC,
    "xn--bcher-kva.example": PUBLIC,
    "example.com": PUBLIC,
}


def address(text: str) -> WebAddress:
    parsed = parse_url(text)
    assert isinstance(parsed, WebAddress)
    return parsed


def guard(*seeds: str, allow: tuple[str, ...] = ()) -> Guard:
    return Guard.for_seeds([address(seed) for seed in seeds], [ip_network(network) for network in allow])


def is_let_through(outward: Guard, url: str) -> bool:
    parsed = parse_url(url)
    if not isinstance(parsed, WebAddress) or parsed.scheme not in {"http", "https"}:
        return False
    ip = RESOLVER.get(parsed.hostname) or parsed.hostname.strip("[]")
    return outward.decide(parsed.hostname, parsed.port, ip).allowed


@needs_suites
def test_every_notation_of_the_suite_is_refused_and_every_control_let_through() -> None:
    cases = json.loads(SUITE.read_text())
    outward = guard("https://www.firm.example/")
    wrong = [case["url"] for case in cases if is_let_through(outward, case["url"]) == case["must_block"]]
    assert wrong == [PARSERS_DISAGREE]
    assert len(cases) == 257


def test_where_parsers_disagree_the_host_asked_about_is_the_host_connected_to() -> None:
    # The URL standard makes the backslash a slash, so the host is example.com, which is public; 127.0.0.1
    # is part of the path. There is no second parser behind ours that could see another host.
    parsed = address(PARSERS_DISAGREE)
    assert parsed.hostname == "example.com"
    assert parsed.url == "http://example.com/@127.0.0.1/"


def test_a_public_address_is_reached_under_any_name() -> None:
    assert guard().decide("anything.example", 443, PUBLIC) is ALLOWED


def test_a_loopback_seed_opens_its_own_port_only() -> None:
    local = guard("http://127.0.0.1:8101/")
    assert local.decide("127.0.0.1", 8101, "127.0.0.1").allowed
    assert not local.decide("127.0.0.1", 6379, "127.0.0.1").allowed
    assert not local.decide("localhost", 8101, "127.0.0.1").allowed


def test_a_name_that_is_rebound_to_loopback_is_refused() -> None:
    outward = guard("https://www.firm.example/")
    decision = outward.decide("evil.example", 80, "127.0.0.1")
    assert decision.reason is Reason.FORBIDDEN_ADDRESS
    assert decision.rule == "127.0.0.1 is a local address; network.allow can permit it"
    assert not outward.decide("docs.firm.example", 443, "127.0.0.1").allowed


def test_private_addresses_belong_to_the_seeds_hosts_and_domains() -> None:
    inward = guard("https://intranet.firm.example/", "http://wiki:8080/", "http://10.0.0.5/")
    assert inward.decide("intranet.firm.example", 8443, "10.1.2.3").allowed
    assert inward.decide("docs.firm.example.", 443, "192.168.1.1").allowed
    assert inward.decide("WIKI", 80, "fd12::1").allowed
    assert inward.decide("10.0.0.5", 9000, "10.0.0.5").allowed
    assert not inward.decide("10.0.0.6", 80, "10.0.0.6").allowed
    assert not inward.decide("evil.example", 80, "10.1.2.3").allowed
    assert not inward.decide("jira", 80, "100.64.0.1").allowed


def test_metadata_services_and_multicast_are_nobodys() -> None:
    greedy = guard(
        "http://169.254.169.254/", "http://100.100.100.200/", "http://224.0.0.1/", "http://168.63.129.16/"
    )
    for ip in ("169.254.169.254", "100.100.100.200", "224.0.0.1", "168.63.129.16"):
        assert not greedy.decide(ip, 80, ip).allowed


def test_the_configuration_can_allow_a_network() -> None:
    allowing = guard(allow=("10.20.0.0/16", "169.254.169.254", "fe80::/10"))
    assert allowing.decide("x", 1, "10.20.3.4").allowed
    assert allowing.decide("x", 1, "::ffff:10.20.3.4").allowed
    assert allowing.decide("x", 1, "169.254.169.254").allowed
    assert allowing.decide("x", 1, "fe80::1%eth0").allowed
    assert not allowing.decide("x", 1, "10.21.0.1").allowed


@pytest.mark.parametrize(
    ("ip", "reach"),
    [
        ("8.8.8.8", Reach.PUBLIC),
        ("2606:4700::1111", Reach.PUBLIC),
        ("172.31.255.255", Reach.PRIVATE),
        ("172.32.0.1", Reach.PUBLIC),
        ("100.64.0.1", Reach.PRIVATE),
        ("0.0.0.0", Reach.LOCAL),
        ("::", Reach.LOCAL),
        ("::1", Reach.LOCAL),
        ("169.254.1.1", Reach.LOCAL),
        ("fec0::1", Reach.SPECIAL),
        ("ff02::1", Reach.SPECIAL),
        ("255.255.255.255", Reach.SPECIAL),
        ("198.18.0.1", Reach.SPECIAL),
        ("2001:db8::1", Reach.SPECIAL),
        ("64:ff9b:1::a00:1", Reach.SPECIAL),
    ],
)
def test_how_far_addresses_reach(ip: str, reach: Reach) -> None:
    assert reach_of(ip_address(ip)) is reach


@given(st.integers(0, 2**32 - 1))
def test_an_ipv4_address_within_ipv6_reaches_no_further_than_by_itself(bits: int) -> None:
    inner = IPv4Address(bits)
    forms = [
        f"::ffff:{inner}",
        f"64:ff9b::{inner}",
        f"::ffff:0:{inner}",
        str(IPv6Address((0x2002 << 112) | (bits << 80))),
        str(IPv6Address((0x2001_0000 << 96) | (bits ^ 0xFFFF_FFFF))),
    ]
    if bits > 1:  # `::` and `::1` are addresses of their own
        forms.append(f"::{inner}")
    for form in forms:
        assert unwrapped(ip_address(form)) == inner
        assert guard().decide("x", 80, form).allowed == guard().decide("x", 80, str(inner)).allowed
