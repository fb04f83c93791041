"""From what a fetch came to, to what the ledger and the catalog are told: pure functions over outcomes."""

from __future__ import annotations

from dataclasses import replace

from catalog.canonical_url import UrlFault, parse_url
from catalog.document import document_id, url_key
from catalog.task import FetchTask, FoundBy
from catalog.visit import Discovery, FetchedCopy, Verdict, Visit, body_hash
from catalog.vocabulary import IMPOSTORS, Decision, Reason, UrlState
from crawler.outcome import Failed, FileFetched, Gone, HtmlFetched, NotModified, Redirected, Refused
from crawler.rendering.auto.cell import Renderer
from crawler.rules.link_rules import LinkRules
from crawler.sync.reading import Reading
from crawler.sync.reading_rules import ReadingRules

MAX_REDIRECTS = 10
"""More of them in a row are refused (the Fetch standard allows 20; RFC 9110 leaves it to the client)."""

_OUT_OF_REACH = frozenset(
    {
        Reason.ROBOTS_UNREACHABLE,
        Reason.DNS_FAILED,
        Reason.CONNECTION_FAILED,
        Reason.TLS_FAILED,
        Reason.TIMEOUT,
        Reason.FORBIDDEN_ADDRESS,
        Reason.PROXY_UNAUTHORIZED,
        Reason.PROXY_REFUSED,
        Reason.PROXY_FAILED,
    }
)


def without_content(task: FetchTask, outcome: Gone | Refused | Failed) -> Visit:
    """An answer that brought nothing to read."""
    states = {Gone: UrlState.GONE, Refused: UrlState.REFUSED, Failed: UrlState.FAILED}
    return Visit(
        Verdict(
            task.url_id,
            states[type(outcome)],
            outcome.reason,
            detail=None if isinstance(outcome, Gone) else outcome.detail,
            status=outcome.status,
            attempts=task.attempts + 1,
        )
    )


def not_asked(task: FetchTask, decision: Decision) -> Visit:
    """No request was made: a rule or robots.txt forbids it, or its host is out of reach."""
    failed = decision.reason in _OUT_OF_REACH
    return Visit(
        Verdict(
            task.url_id,
            UrlState.FAILED if failed else UrlState.REFUSED,
            decision.reason,
            rule=None if failed else decision.rule,
            detail=decision.rule if failed else None,
            attempts=task.attempts,
        )
    )


def redirected(task: FetchTask, outcome: Redirected, connector: str, rules: LinkRules) -> Visit:
    """A redirect: its target is met like a link, at the same depth, with the way that led there."""
    target = parse_url(outcome.target, task.url)
    passed = (*task.redirects, task.url)
    if isinstance(target, UrlFault):
        return Visit(_redirect(task, outcome, UrlState.FAILED, Reason.INVALID_URL, None))
    if target.url in passed:
        return Visit(_redirect(task, outcome, UrlState.REFUSED, Reason.REDIRECT_LOOP, None))
    if len(passed) > MAX_REDIRECTS:
        return Visit(_redirect(task, outcome, UrlState.REFUSED, Reason.TOO_MANY_REDIRECTS, None))
    decision = rules.decide(target, task.depth, is_seed=task.found_by is FoundBy.SEED)
    verdict = _redirect(task, outcome, UrlState.REDIRECT, decision.reason, decision.rule)
    if not decision.allowed:
        return Visit(verdict)
    found = Discovery(
        key=url_key(connector, target.url),
        url=target.url,
        host=target.host,
        depth=task.depth,
        # What a sitemap lists is no seed, wherever it redirects.
        found_by=FoundBy.SITEMAP if task.found_by is FoundBy.SITEMAP else FoundBy.REDIRECT,
        decision=decision,
        referrer_id=task.url_id,
        redirects=passed,
        link_text=task.link_text,
    )
    return Visit(replace(verdict, document_id=document_id(connector, target.url)), discoveries=(found,))


def stands(task: FetchTask, outcome: HtmlFetched | FileFetched, rules: ReadingRules) -> bool:
    """Whether an answer brings the body that the catalog keeps, read by these rules, under the validators
    that it had, and no header that would be read as well."""
    headers = outcome.headers
    if task.body_hash is None or task.read_by != rules.mark or "x-robots-tag" in headers:
        return False
    # A validator that moved is to be remembered, or else no 304 would ever come again.
    if rules.mapped_headers or (task.etag, task.last_modified) != (
        headers.get("etag"),
        headers.get("last-modified"),
    ):
        return False
    return task.body_hash == body_hash(outcome.body)


def has_doubtful_headers(outcome: NotModified) -> bool:
    """Whether a 304 says that the page may not be indexed (any more): then it has to be read."""
    tag = outcome.headers.get("x-robots-tag", "").lower()
    return "noindex" in tag or "none" in tag


def in_full(task: FetchTask) -> FetchTask:
    """The task without what makes a request conditional."""
    return replace(task, etag=None, last_modified=None, body_hash=None, attempts=task.attempts + 1)


def unchanged(task: FetchTask, outcome: NotModified | HtmlFetched | FileFetched, reading: Reading) -> Visit:
    """The copy that the catalog keeps still stands; `reading` holds where its links lead."""
    return Visit(
        Verdict(
            task.url_id,
            UrlState.UNCHANGED,
            _orphaned(task),
            status=304 if isinstance(outcome, NotModified) else outcome.status,
            attempts=task.attempts + 1,
            milliseconds=outcome.milliseconds,
        ),
        discoveries=reading.discoveries,
        hosts_refused=reading.hosts_refused,
        unchanged=task.document_id,
        transferred=0 if isinstance(outcome, NotModified) else len(outcome.body),
    )


def read(
    task: FetchTask,
    outcome: HtmlFetched | FileFetched,
    reading: Reading,
    rules: ReadingRules,
    *,
    renderer: Renderer = Renderer.HTTP,
    because: str | None = None,
) -> Visit:
    """A body that was read: a document, or the reason why there is none.

    What a browser showed has no validators: those of its document say nothing of what its scripts brought.
    """
    headers = {} if renderer is Renderer.BROWSER else outcome.headers
    copy = FetchedCopy(
        content_type=reading.content_type or outcome.content_type,
        size=len(outcome.body),
        renderer=renderer.value,
        etag=headers.get("etag"),
        last_modified=headers.get("last-modified"),
        body_hash=None if reading.body is None else reading.body.hash,
        content_hash=None if reading.draft is None else reading.draft.content_hash,
        renderer_reason=because,
        read_by=rules.mark,
        headers=rules.kept_headers(outcome.headers),
        sketch=None if reading.draft is None else reading.draft.sketch,
    )
    state, reason = UrlState.INDEXED, _orphaned(task)
    if not reading.decision.allowed:
        state, reason = UrlState.REFUSED, reading.decision.reason
    return Visit(
        Verdict(
            task.url_id,
            state,
            reason,
            rule=reading.decision.rule,
            detail=reading.detail,
            status=outcome.status,
            attempts=task.attempts + 1,
            milliseconds=outcome.milliseconds,
            copy=copy,
        ),
        draft=reading.draft,
        said=reading.said,
        suspicion=reading.suspicion,
        body=reading.body,
        links=reading.links,
        discoveries=reading.discoveries,
        hosts_refused=reading.hosts_refused,
        transferred=0 if outcome.status == 304 else len(outcome.body),
    )


def of_no_worth(visit: Visit, decision: Decision, detail: str | None = None) -> Visit:
    """A page that was read and is refused for it: nothing of it is kept, what stood there before stays the
    document."""
    assert visit.verdict is not None
    copy = visit.verdict.copy
    verdict = replace(
        visit.verdict,
        state=UrlState.REFUSED,
        reason=decision.reason,
        rule=decision.rule,
        detail=detail,
        copy=None if copy is None else replace(copy, body_hash=None, content_hash=None, etag=None),
    )
    return replace(visit, verdict=verdict, draft=None, body=None)


def is_in_quarantine(task: FetchTask, visit: Visit) -> bool:
    """Whether something else stands for now where a document is. What says "not found" is no such thing: as
    far as anybody knows the page is gone."""
    verdict = visit.verdict
    if verdict is None or verdict.state is not UrlState.REFUSED or task.document_id != task.key.hex():
        return False
    return verdict.reason in IMPOSTORS and verdict.reason is not Reason.SOFT_404


def _orphaned(task: FetchTask) -> Reason | None:
    return Reason.NOT_LINKED_ANY_MORE if task.found_by is FoundBy.ORPHAN else None


def _redirect(
    task: FetchTask, outcome: Redirected, state: UrlState, reason: Reason | None, rule: str | None
) -> Verdict:
    return Verdict(
        task.url_id,
        state,
        reason,
        rule=rule,
        detail=outcome.target,
        status=outcome.status,
        attempts=task.attempts + 1,
        milliseconds=outcome.milliseconds,
    )
