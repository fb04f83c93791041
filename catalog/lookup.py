"""Looking up an address as people type it: what is known of it, or of one that they may have meant."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from types import MappingProxyType

from sqlalchemy import Connection

from catalog.canonical_url import WebAddress
from catalog.explanation import Explanation, explain
from catalog.typed_address import other_spellings


def known_by(
    connection: Connection,
    address: WebAddress,
    typed: str,
    marks: Mapping[str, bytes] = MappingProxyType({}),
) -> tuple[Explanation, ...]:
    """What the connectors know of an address: of the page that its fragment names, where there is one.

    `marks` as for `explain`.
    """
    known = partial(explain, connection, marks=marks)
    route = f"{address.url}#{address.fragment}"  # where a host's pages are told apart by fragments
    return known(route) or known(address.url, typed)


def spelt_otherwise(connection: Connection, address: WebAddress) -> tuple[str, ...]:
    """The spellings of an address that some connector knows."""
    return tuple(dict.fromkeys(each.url for each in explain(connection, *other_spellings(address))))
