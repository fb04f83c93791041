"""`connectors[].politeness`: how hard a host may be asked. `network`: which addresses may be reached."""

from __future__ import annotations

import ipaddress
from datetime import timedelta
from typing import Annotated, Any, Final, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Discriminator,
    Field,
    PlainSerializer,
    Tag,
    WithJsonSchema,
)

from settings.quantities import Duration
from settings.section import Positive, Section


def _rate(value: object) -> object:
    if value == "unlimited":
        return None
    if value is None or isinstance(value, bool) or (isinstance(value, str) and not value.isdecimal()):
        raise ValueError("must be a whole number or `unlimited`")
    return value


_RATE_SCHEMA: Final = {"anyOf": [{"type": "integer", "minimum": 1}, {"const": "unlimited"}]}

Rate = Annotated[
    Annotated[int, Field(ge=1)] | None,
    BeforeValidator(_rate),
    PlainSerializer(lambda rate: "unlimited" if rate is None else rate, when_used="json"),
    WithJsonSchema(_RATE_SCHEMA),
]
"""A number per minute; None where the file says `unlimited`."""


class IgnoreRobots(Section):
    """robots.txt is not asked; only for hosts whose owner agreed."""

    ignore: str = Field(min_length=1, examples=["our own host, agreed with web-team@example.com"])
    """Why this is allowed; it is shown in every summary."""


def _obey(value: object) -> object:
    if value != "obey":
        raise ValueError("must be `obey`, or `{ignore: 'why this is allowed'}`")
    return value


def _robots_kind(value: Any) -> str:
    return "type=ignore" if isinstance(value, dict | IgnoreRobots) else "type=obey"


Robots = Annotated[
    Annotated[Literal["obey"], BeforeValidator(_obey), Tag("type=obey")]
    | Annotated[IgnoreRobots, Tag("type=ignore")],
    Discriminator(_robots_kind),
]


def _user_agent(text: str) -> str:
    if not text.strip() or not text.isascii() or not text.isprintable():
        raise ValueError("must be a text in plain ASCII such as ExampleBot/1.0 (+https://example.com/bot)")
    return text


UserAgent = Annotated[str, AfterValidator(_user_agent), WithJsonSchema({"type": "string", "minLength": 1})]


class PolitenessSettings(Section):
    """Per host. Where two connectors crawl one host they share it, and the stricter wins."""

    requests_per_minute: Rate = 300
    """The most requests to one host in a minute, or `unlimited`."""
    concurrency: Positive = 4
    """The most requests to one host at the same time."""
    robots: Robots = "obey"
    """`obey`, or `{ignore: why this is allowed}`."""
    user_agent: UserAgent | None = None
    """What the crawler calls itself; null: its own name and version."""
    timeout: Duration = timedelta(seconds=30)
    """How long one request may take, from connecting to the last byte."""


Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def _network(value: object) -> Network:
    if isinstance(value, ipaddress.IPv4Network | ipaddress.IPv6Network):
        return value
    wanted = "must be an address range such as 10.0.0.0/8 or fd00::/8"
    if not isinstance(value, str):
        raise ValueError(wanted)  # noqa: TRY004 - pydantic collects ValueError
    try:
        network = ipaddress.ip_network(value, strict=False)
    except ValueError:
        raise ValueError(wanted) from None
    if value.partition("/")[0] != str(network.network_address):
        raise ValueError(f"must begin with the first address of the range: {network}")
    return network


NetworkRange = Annotated[
    Network,
    BeforeValidator(_network),
    PlainSerializer(str, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "title": "address range"}),
]


class NetworkSettings(Section):
    """Private and local addresses are refused, except those of the seeds' own hosts and these."""

    allow: tuple[NetworkRange, ...] = Field(default=(), examples=[["10.0.0.0/8"]])
    """Address ranges that this connector may reach besides the public ones."""
