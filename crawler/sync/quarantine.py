"""What a run makes of documents in whose place it found something else: a line a host, and doubts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from catalog.deletion import is_protected
from catalog.quarantine import QuarantinedHost
from catalog.vocabulary import Reason

MOST_HOSTS: Final = 10
"""Hosts that a run names."""


@dataclass(frozen=True, slots=True)
class Quarantine:
    """`lines` say how many documents of which host are kept so. On hosts `in_doubt` they are too many to
    believe anything that speaks against the others; `sentence` says so, where there are such hosts."""

    lines: Sequence[str] = ()
    in_doubt: frozenset[str] = frozenset()
    sentence: str | None = None


def quarantine_of(hosts: Sequence[QuarantinedHost], guard: float, connector: str, run_id: int) -> Quarantine:
    """Judge hosts by the share of documents that a run found replaced, as the guard judges deletions."""
    doubtful = [each for each in hosts if is_protected(sum(_at_once(each).values()), each.well, guard)]
    return Quarantine(
        _lines(hosts),
        frozenset(each.host for each in doubtful),
        _sentence(doubtful, guard, connector, run_id) if doubtful else None,
    )


def _at_once(host: QuarantinedHost) -> Mapping[Reason, int]:
    """What befalls many documents at a time. Pages that say "not found" with status 200 do so one by one, and
    would in the end make any host doubtful: their documents stay in quarantine."""
    return {reason: number for reason, number in host.replaced.items() if reason is not Reason.SOFT_404}


def _lines(hosts: Sequence[QuarantinedHost]) -> list[str]:
    lines = [f"{each.host}: {_kept(each)} ({_by_reason(each.replaced)})" for each in hosts[:MOST_HOSTS]]
    if len(hosts) > MOST_HOSTS:
        documents = sum(sum(each.replaced.values()) for each in hosts[MOST_HOSTS:])
        lines.append(f"so are {documents:,} documents of {len(hosts) - MOST_HOSTS:,} other hosts")
    return lines


def _kept(host: QuarantinedHost) -> str:
    number = sum(host.replaced.values())
    documents = "1 document is" if number == 1 else f"{number:,} documents are"
    return f"{documents} kept as known before, as something else stood there"


def _sentence(hosts: Sequence[QuarantinedHost], guard: float, connector: str, run_id: int) -> str:
    shown = "; ".join(f"{each.host} ({_share(each)})" for each in hosts[:MOST_HOSTS])
    return (
        f"something else than before stands on {shown}, more than `sync.deletion_guard` ({guard:.0%}) allows:"
        f" nothing is deleted there; `crawler report {run_id}` lists the documents, `crawler explain` says of"
        f" each what to do, `crawler sync {connector} --accept-deletions` goes on regardless"
    )


def _share(host: QuarantinedHost) -> str:
    replaced = _at_once(host)
    number = sum(replaced.values())
    return f"{_by_reason(replaced)} at {number:,} of {number + host.well:,} documents"


def _by_reason(replaced: Mapping[Reason, int]) -> str:
    ordered = sorted(replaced.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(reason if len(ordered) == 1 else f"{reason} {number:,}" for reason, number in ordered)
