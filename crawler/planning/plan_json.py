"""A plan as `crawler plan --json` prints it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from catalog.vocabulary import Decision
from crawler.planning.estimate import Estimate
from crawler.planning.groups import Group, Groups
from settings.rule_places import RulePlaces, place_object

if TYPE_CHECKING:  # `explain` needs neither of them
    from crawler.planning.ledger_plan import LedgerPlan
    from crawler.planning.sample import SamplePlan


def ledger_plan_object(plan: LedgerPlan, places: RulePlaces) -> dict[str, Any]:
    """What a changed configuration does to a known crawl."""

    def groups(found: Iterable[Group]) -> list[dict[str, Any]]:
        return [_group_object(group, plan.connector, places) for group in found]

    found = plan.difference
    return {
        "connector": plan.connector,
        "based_on": "ledger",
        "urls": found.urls,
        "documents": found.documents,
        "crawled": found.crawled,
        "indexed": found.indexed,
        "new_seeds": plan.new_seeds,
        "added": groups(found.added),
        "newly_crawled": groups(found.newly_crawled),
        "opened_hosts": [
            {"host": group.rule, "links": group.count, "examples": group.examples}
            for group in found.opened_hosts
        ],
        "removed": groups(found.removed),
        "no_longer_crawled": groups(found.no_longer_crawled),
        "access_changed": groups(found.access),
        "refused": groups(found.refused),
        "read_again": found.read_again,
        "unreached": found.unreached,
        "protected": found.removed.total if found.protected else 0,
        "estimate": estimate_object(plan.estimate),
    }


def sample_plan_object(plan: SamplePlan, places: RulePlaces) -> dict[str, Any]:
    """What a sampled crawl found."""

    def groups(found: Groups) -> list[dict[str, Any]]:
        return [_group_object(group, plan.connector, places) for group in found]

    return {
        "connector": plan.connector,
        "based_on": "sample",
        "requested": plan.requested,
        "complete": plan.complete,
        "urls": plan.urls,
        "crawled": plan.crawled,
        "indexed": plan.indexed.total,
        "waiting": plan.waiting,
        "indexed_examples": [url for group in plan.indexed for url in group.examples],
        "duplicates": plan.duplicates,
        "redirects": plan.redirects,
        "refused": groups(plan.refused),
        "failed": groups(plan.failed),
        "refused_hosts": [
            {"host": host.host, "reason": host.reason, "links": host.links, "examples": host.examples}
            for host in plan.hosts
        ],
        "error": plan.error,
        "estimate": estimate_object(plan.estimate),
    }


def decision_object(decision: Decision, connector: str, places: RulePlaces) -> dict[str, Any]:
    """A yes, or a no with its reason, its rule and where that stands."""
    return {
        "allowed": decision.allowed,
        "reason": decision.reason,
        "explanation": decision.reason and decision.reason.explanation,
        "rule": decision.rule,
        "rule_place": place_object(places.find(connector, decision.rule)),
    }


def estimate_object(estimate: Estimate) -> dict[str, Any]:
    """Pages, bytes, seconds, and the host that decides how long it takes."""
    return {
        "pages": estimate.pages,
        "bytes": estimate.bytes,
        "seconds": round(estimate.seconds, 1),
        "slowest_host": estimate.slowest_host,
        "seconds_per_request": round(estimate.seconds_per_request, 3),
    }


def _group_object(group: Group, connector: str, places: RulePlaces) -> dict[str, Any]:
    return {
        "reason": group.reason,
        "explanation": group.reason and group.reason.explanation,
        "rule": group.rule,
        "rule_place": place_object(places.find(connector, group.rule)),
        "count": group.count,
        "examples": group.examples,
    }
