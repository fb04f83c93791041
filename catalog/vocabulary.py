"""The closed vocabularies of verdicts: states of a URL and of a run, reasons, decisions."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Self

NOBODY: Final = 0
"""The access id that nobody may read: what a deleted row carries in the indexes."""
PUBLIC: Final = 1
"""The access id of documents that everyone may read."""


MISFIT: Final = "misfit:"
"""What a run's counts of mapped values that did not fit begin with; the field's name follows."""


class UrlState(StrEnum):
    """Where a URL of the ledger stands; every URL has exactly one."""

    QUEUED = "queued"
    INDEXED = "indexed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    DUPLICATE = "duplicate"
    REDIRECT = "redirect"
    GONE = "gone"
    FAILED = "failed"


class RunState(StrEnum):
    """How a run ended, or `running`."""

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    INCOMPLETE = "incomplete"
    FAILED = "failed"
    STOPPED = "stopped"


class RunMode(StrEnum):
    """What a sync visits and what it indexes again."""

    FULL = "full"
    FORCED = "forced"
    INCREMENTAL = "incremental"


class Limit(StrEnum):
    """A configured limit that a run reached; reaching one never loses what was done."""

    PAGES = "max_pages"
    DURATION = "max_duration"


class Reason(StrEnum):
    """Why a URL is not (or no longer) an indexed document: one enumerated vocabulary.

    The second item of each member is the sentence that people read, the third, where there is something that
    they can do about it, says what.
    """

    explanation: str
    advice: str

    def __new__(cls, value: str, explanation: str = "", advice: str = "") -> Self:
        member = str.__new__(cls, value)
        member._value_ = value
        member.explanation, member.advice = explanation, advice
        return member

    # decided before a request
    INVALID_URL = "invalid_url", "the address cannot be parsed (WHATWG URL standard)"
    UNSUPPORTED_SCHEME = "unsupported_scheme", "only http and https are crawled"
    URL_TOO_LONG = "url_too_long", "the address is longer than 2,048 characters"
    OUT_OF_SCOPE = "out_of_scope", "the address lies outside `scope.follow`"
    TOO_DEEP = "too_deep", "it is more links away from a seed than `scope.max_depth`"
    TOO_MANY_LINKS = "too_many_links", "it stands beyond `scope.max_links_per_page` on its page"
    EXCLUDED_BY_CRAWL_FILTER = "excluded_by_crawl_filter", "a pattern of `filters.crawl.exclude` matches"
    NOT_INCLUDED_BY_CRAWL_FILTER = (
        "not_included_by_crawl_filter",
        "no pattern of `filters.crawl.include` matches",
    )
    LOGOUT_LINK = "logout_link", "following it would end the session of the crawl"
    ROBOTS_DISALLOWED = "robots_disallowed", "the site's robots.txt disallows it"
    ROBOTS_UNREACHABLE = "robots_unreachable", "the site's robots.txt could not be read, so nothing may be"
    FORBIDDEN_ADDRESS = "forbidden_address", "the host resolves to an address that may not be reached"
    NOFOLLOW = "nofollow", 'the page or the link says "nofollow"'
    # decided by the answer
    REDIRECT_LOOP = "redirect_loop", "the redirects lead back to an address already passed"
    TOO_MANY_REDIRECTS = "too_many_redirects", "more than 10 redirects in a row"
    NOT_FOUND = "not_found", "the server answered 404"
    GONE = "gone", "the server answered 410"
    UNAUTHORIZED = "unauthorized", "the server asks for a login (401)"
    FORBIDDEN = "forbidden", "the server refuses access (403)"
    PROXY_UNAUTHORIZED = "proxy_unauthorized", "the proxy asks for a login (407)"
    PROXY_REFUSED = "proxy_refused", "the proxy does not allow the site"
    PROXY_FAILED = "proxy_failed", "the proxy could not be used"
    CLIENT_ERROR = "client_error", "the server answered with another 4xx status"
    RATE_LIMITED = "rate_limited", "the server kept answering 429"
    SERVER_ERROR = "server_error", "the server kept answering with a 5xx status"
    TIMEOUT = "timeout", "no complete answer within the time limit"
    CONNECTION_FAILED = "connection_failed", "no connection could be made or it was cut"
    DNS_FAILED = "dns_failed", "the host name could not be resolved"
    TLS_FAILED = "tls_failed", "the TLS certificate or handshake was not accepted"
    PROTOCOL_ERROR = "protocol_error", "the answer was not valid HTTP"
    BROWSER_FAILED = "browser_failed", "the browser could not show the page"
    TOO_LARGE = "too_large", "the body is larger than `scope.max_file_size`"
    DECOMPRESSION_BOMB = "decompression_bomb", "the body grows beyond the cap when decompressed"
    # decided by the content
    NOINDEX = "noindex", 'the page says "noindex"'
    EXCLUDED_BY_INDEX_FILTER = "excluded_by_index_filter", "a pattern of `filters.index.exclude` matches"
    NOT_INCLUDED_BY_INDEX_FILTER = (
        "not_included_by_index_filter",
        "no pattern of `filters.index.include` matches",
    )
    EXCLUDED_BY_FILE_FILTER = "excluded_by_file_filter", "a pattern of `filters.files.exclude` matches"
    NOT_INCLUDED_BY_FILE_FILTER = (
        "not_included_by_file_filter",
        "no pattern of `filters.files.include` matches",
    )
    FILE_TYPE_NOT_WANTED = "file_type_not_wanted", "the type is not among `filters.files.types`"
    ATTACHMENTS_OFF = "attachments_off", "files are not wanted (`attachments: false`)"
    UNSUPPORTED_TYPE = "unsupported_type", "no text can be read from this type of content"
    EMPTY_CONTENT = "empty_content", "no text was found"
    ENCRYPTED_FILE = "encrypted_file", "the file is protected by a password"
    BROKEN_FILE = "broken_file", "the file cannot be parsed"
    PARSER_TIMEOUT = "parser_timeout", "parsing took longer than allowed"
    TRANSCRIPTION_FAILED = (
        "transcription_failed",
        "the server that turns speech into text could not be used",
    )
    PARSER_CRASHED = "parser_crashed", "the parser process died on this content"
    DUPLICATE_OF = "duplicate_of", "another address of this connector has the same content"
    CANONICAL_ELSEWHERE = "canonical_elsewhere", "the page names another address as its canonical one"
    SOFT_404 = (
        "soft_404",
        "a page that says that it is not there, with status 200",
        "nothing, if it is gone; if people find a page there, look at what the site answers to a crawler",
    )
    LOGIN_PAGE = (
        "login_page",
        "a login page stands where content was expected",
        "sign in by `auth`, or leave such addresses out by `filters.crawl.exclude`",
    )
    CONSENT_WALL = (
        "consent_wall",
        "nothing stands there but a dialogue that asks for consent to cookies",
        "let a browser give or refuse it (`render.click` names the button), or send the cookie that the site"
        " keeps the answer in (`auth` of type `cookies`)",
    )
    PARKED_DOMAIN = (
        "parked_domain",
        "the domain is for sale or parked",
        "find out where the site is now; take the domain out of the configuration",
    )
    DEFAULT_PAGE = (
        "default_page",
        "the default page of a web server stands there, and no site",
        "see that the address names the host and the port of the site; else the server wants to be set up",
    )
    ERROR_PAGE = (
        "error_page",
        "an error of the server or its software, with status 200",
        "nothing, where it passes: the next sync asks again; else tell those who run the site",
    )
    MAINTENANCE_PAGE = (
        "maintenance_page",
        "the site is closed for maintenance, with status 200",
        "nothing: the next sync asks again",
    )
    NEEDS_JAVASCRIPT = (
        "needs_javascript",
        "scripts write what the page says, and nothing of it was seen",
        "let pages be opened in a browser (`render: auto`); where one was, name what it has to wait for"
        " (`render.wait_for`)",
    )
    SITEMAP = "sitemap", "it is a sitemap or feed: read for its addresses, and no document"
    TRAP = "trap", "the address belongs to an endless pattern"
    # decided by the run
    NOT_LINKED_ANY_MORE = "not_linked_any_more", "no page links it any more, but it still answers"


IMPOSTORS: Final = frozenset(
    {
        Reason.SOFT_404,
        Reason.LOGIN_PAGE,
        Reason.CONSENT_WALL,
        Reason.PARKED_DOMAIN,
        Reason.DEFAULT_PAGE,
        Reason.ERROR_PAGE,
        Reason.MAINTENANCE_PAGE,
        Reason.NEEDS_JAVASCRIPT,
    }
)
"""Something else stands where a page was expected; a document that was there before is kept in quarantine."""

PASSING: Final = frozenset({Reason.ERROR_PAGE, Reason.MAINTENANCE_PAGE})
"""Those that pass by themselves, mostly before the next sync."""


@dataclass(frozen=True)  # no slots: decisions travel between processes, and are pickled in C without them
class Decision:
    """A yes or no about one URL: a no has its reason and, where one exists, the very rule.

    `rule` quotes the rule's place in the configuration, such as ``filters.crawl.exclude[1] '/logout'``.
    """

    allowed: bool
    reason: Reason | None = None
    rule: str | None = None


ALLOWED = Decision(True)


def refused(reason: Reason, rule: str | None = None) -> Decision:
    """A `Decision` that says no."""
    return Decision(False, reason, rule)
