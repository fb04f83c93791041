"""The story of a URL in sentences: what became of it, then how it came to that."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from catalog.access import AccessList
from catalog.due import Due
from catalog.explanation import Explanation, Finding, KnownDocument
from catalog.task import FoundBy
from catalog.vocabulary import Reason, RunState, UrlState
from catalog.words import amount, because, minute, moment, number
from settings.rule_places import RulePlaces

_SHOWN_CHUNKS: Final = 5

_DETAIL_LABELS: Final = {UrlState.REDIRECT: "leads to", UrlState.DUPLICATE: "copy of"}

_FOUND: Final = {
    FoundBy.SEED: "is a seed",
    FoundBy.LINK: "is linked",
    FoundBy.SITEMAP: "stands in a sitemap",
    FoundBy.SITEMAP_FILE: "is named as a sitemap",
    FoundBy.REDIRECT: "is where a redirect leads",
    FoundBy.CANONICAL: "is named as the canonical address",
    FoundBy.ORPHAN: "was asked for again, as no page led to it any more; it was linked",
    FoundBy.COPY: "was taken for a copy, and then judged on its own",
}


def verdict_title(found: Explanation) -> str:
    """The state of a URL, and why it is no document where it is none."""
    state = "read" if found.reason is Reason.SITEMAP else found.state.value
    return f"{state}: {because(found.reason)}" if found.reason else state


def verdict_sentence(found: Explanation) -> str:
    """What became of a URL, and what the next sync does about it."""
    asked = "" if found.fetched_at is None else f" on {moment(found.fetched_at)}"
    former = _of_former(found.document)
    if found.reason is Reason.SITEMAP:
        return f"It was asked for{asked} for the addresses that it lists; it is no document itself."
    what = "It was fetched, but not indexed" if found.attempts else "It was not asked for"
    times = number(found.attempts, "attempt")
    sentences = {
        UrlState.INDEXED: f"It was asked for{asked}. {_of_document(found.document)}",
        UrlState.UNCHANGED: f"It was asked for{asked}, and stands as it was. {_of_document(found.document)}",
        UrlState.QUEUED: f"It was met, and waits to be asked for. {_of_queue(found.run_state)}{former}",
        UrlState.REFUSED: f"{what}.{former}",
        UrlState.DUPLICATE: f"{_of_copy(found)}, which stands for it{_of_target(found)}.",
        UrlState.REDIRECT: f"It only leads to another address{_of_target(found)}.",
        UrlState.GONE: f"There was nothing any more when it was asked for{asked}.{former}",
        UrlState.FAILED: f"It could not be fetched ({times}); the next sync tries again.{former}",
    }
    return sentences[found.state]


def _of_document(document: KnownDocument | None) -> str:
    if document is None:
        return "Its document is not there any more."
    if document.deleted_at is not None:
        return f"Its document was deleted on {moment(document.deleted_at)}."
    where = "is in the indexes" if document.indexed else "waits for `indexer run`"
    return f"Its document “{document.title}” {where}."


def _of_former(document: KnownDocument | None) -> str:
    if document is None:
        return ""
    if document.deleted_at is not None:
        return f" Its document “{document.title}” was deleted on {moment(document.deleted_at)}."
    return f" Its document “{document.title}” of {moment(document.changed_at)} is kept."


def _of_queue(run_state: RunState | None) -> str:
    match run_state:
        case RunState.RUNNING:
            return "Its run is under way."
        case RunState.INCOMPLETE:
            return "Its run reached a limit before its turn came; the next sync meets it again."
        case _:
            return "The next sync goes on with it."


def _of_copy(found: Explanation) -> str:
    if found.attempts:
        return "It says the same as another address"
    return "It was not asked for: its host shows the same at another address"


def _of_target(found: Explanation) -> str:
    if found.target is None:
        return ""
    state = "never met" if found.target.state is None else found.target.state.value
    return f", {found.target.url} ({state})"


def story_of(found: Explanation, places: RulePlaces) -> Iterator[tuple[str, Sequence[str]]]:
    """What led to the verdict and what hangs on it: labels, each with its lines."""
    yield "connector", [f"{found.connector}, met last by run {found.run}"]
    if found.rule:
        place = places.find(found.connector, found.rule)
        yield "rule", [found.rule] if place is None else [found.rule, str(place)]
    if found.detail:
        yield _DETAIL_LABELS.get(found.state, "detail"), [found.detail]
    if found.reason is not None and found.reason.advice:
        yield "to do", [found.reason.advice]
    yield "found", list(_chain(found.chain))
    if found.link_text:
        yield "linked as", [f"“{found.link_text}”"]
    if found.redirects:
        yield "redirects", [f"from {address}" for address in found.redirects]
    if found.fetched_at is not None and found.attempts:
        yield "answer", [_answer(found)]
    if found.renderer is not None:
        why = "" if found.renderer_reason is None else f", because {found.renderer_reason}"
        yield "renderer", [f"{found.renderer}{why}"]
    if found.body_hash is not None:
        content = "" if found.content_hash is None else f", content {found.content_hash.hex()}"
        yield "hashes", [f"body {found.body_hash.hex()}{content}"]
    if found.links is not None:
        yield "links", [f"{found.links:,}"]
    yield "next", [next_visit_sentence(found.next_visit)]
    if found.document is not None:
        yield "document", list(_document(found.document))
    if found.chunks:
        yield "chunks", list(_chunks(found))
    if found.history:
        yield (
            "before",
            [
                f"version {former.version} “{former.title}”, fetched {moment(former.fetched_at)}, "
                f"replaced {moment(former.replaced_at)}"
                for former in found.history
            ],
        )


def next_visit_sentence(following: Due) -> str:
    """When an incremental run visits a URL; a full one visits all that it meets."""
    if following.is_due:
        return f"an incremental run visits it now: {following.because}"
    until = "" if following.at is None else f" until {minute(following.at)}"
    return f"an incremental run leaves it alone{until}: {following.because}"


def _chain(chain: Sequence[Finding]) -> Iterator[str]:
    for finding, referrer in zip(chain, [*chain[1:], None], strict=True):
        where = "" if referrer is None else f" on {referrer.url}"
        subject = "it" if finding is chain[0] else "which"
        found = _FOUND.get(finding.found_by, "was met")
        yield f"{subject} {found}{where} (depth {finding.depth})"


def _answer(found: Explanation) -> str:
    assert found.fetched_at is not None
    parts = [
        "no answer" if found.status is None else f"status {found.status}",
        found.content_type,
        None if found.size is None else amount(found.size),
        None if found.milliseconds is None else f"in {found.milliseconds:,} ms",
        f"on {moment(found.fetched_at)}",
        None if found.attempts < 2 else f"after {number(found.attempts, 'attempt')}",
    ]
    return ", ".join(part for part in parts if part is not None)


def _document(document: KnownDocument) -> Iterator[str]:
    yield f"“{document.title}”, {document.kind} {document.id}"
    indexed = "in the indexes" if document.indexed else "not in the indexes yet"
    language = f", language {document.language}" if document.language else ""
    yield f"version {document.version}, {number(document.chunks, 'chunk')}, {indexed}{language}"
    yield f"readable by {readers(document.access)}"
    for fault in document.faults:
        yield f"without `{fault.field}` from {fault.source}: {fault.message}"
    if document.deleted_at is not None:
        yield f"deleted {moment(document.deleted_at)}"
    else:
        yield f"since {moment(document.created_at)}, changed {moment(document.changed_at)}"


def _chunks(found: Explanation) -> Iterator[str]:
    for chunk in found.chunks[:_SHOWN_CHUNKS]:
        heading = f"{chunk.heading}: " if chunk.heading else ""
        embedded = "" if chunk.embedded else " (not embedded yet)"
        yield f"{chunk.ordinal + 1}. {heading}{chunk.text}{embedded}"
    if found.document is not None and found.document.chunks > _SHOWN_CHUNKS:
        yield f"… and {found.document.chunks - _SHOWN_CHUNKS:,} more"


def readers(access: AccessList | None) -> str:
    """An access list in words."""
    if access is None or not access.allow:
        return "nobody"
    allowed = ", ".join(access.allow)
    return f"{allowed}, but not {', '.join(access.deny)}" if access.deny else allowed
