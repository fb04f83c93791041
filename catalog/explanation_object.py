"""What is known of a URL, as `crawler explain --json` and `/v1/explain` say it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from catalog.explanation import Explanation, RefusedHostLinks
from settings.rule_places import RulePlaces, place_object


def explanation_object(found: Explanation, places: RulePlaces) -> dict[str, Any]:
    """What is known of a URL; `rule_place` is where its rule stands in the configuration as it is now."""
    chain = [{"url": each.url, "depth": each.depth, "found_by": each.found_by} for each in found.chain]
    return {
        "url": found.url,
        "connector": found.connector,
        "run": found.run,
        "run_state": found.run_state,
        "state": found.state,
        "reason": found.reason,
        "explanation": found.reason and found.reason.explanation,
        "advice": (found.reason and found.reason.advice) or None,
        "rule": found.rule,
        "rule_place": place_object(places.find(found.connector, found.rule)),
        "detail": found.detail,
        "target": found.target,
        "referrer": found.chain[1].url if len(found.chain) > 1 else None,
        "depth": found.chain[0].depth,
        "found_by": found.chain[0].found_by,
        "chain": chain,
        "link_text": found.link_text,
        "status": found.status,
        "redirects": found.redirects,
        "renderer": found.renderer,
        "renderer_reason": found.renderer_reason,
        "content_type": found.content_type,
        "bytes": found.size,
        "attempts": found.attempts,
        "fetched_at": found.fetched_at,
        "milliseconds": found.milliseconds,
        "etag": found.etag,
        "last_modified": found.last_modified,
        "body_hash": found.body_hash and found.body_hash.hex(),
        "content_hash": found.content_hash and found.content_hash.hex(),
        "links": found.links,
        "document": found.document,
        "chunks": found.chunks,
        "history": found.history,
        "next_visit": {
            "due": found.next_visit.is_due,
            "because": found.next_visit.because,
            "at": found.next_visit.at,
        },
    }


def unseen_object(
    url: str,
    elsewhere: Sequence[RefusedHostLinks],
    similar: Sequence[str],
    would: Sequence[Mapping[str, Any]] | None,
) -> dict[str, Any]:
    """The same object for a URL that was never met.

    `would` has what each connector would do with it, where the rules were asked: the reason and rule are then
    those of the connector to which the URL belongs most, which comes first.
    """
    decided = would[0]["crawl"] if would else {}
    kept_out = not decided.get("allowed", True)
    return {
        "url": url,
        "state": "refused" if elsewhere else None,
        "reason": elsewhere[0].reason if elsewhere else decided["reason"] if kept_out else None,
        "rule": decided["rule"] if kept_out else None,
        "rule_place": decided["rule_place"] if kept_out else None,
        "referrer": None,
        "depth": None,
        "link_text": None,
        "status": None,
        "redirects": [],
        "renderer": None,
        "renderer_reason": None,
        "document": None,
        "chunks": [],
        "history": [],
        "next_visit": None,
        "would": would,
        "similar": similar,
        "refused_host": [
            {"connector": each.connector, "reason": each.reason, "links": each.count} for each in elsewhere
        ],
        "others": [],
    }
