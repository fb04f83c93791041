"""`connectors[]`: one crawl: where it starts, what it keeps, how it logs in, who may read."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Annotated, Any, Final

import orjson
from pydantic import AfterValidator, Field, ValidationInfo, WithJsonSchema, field_validator

from settings.access import EVERYONE, PUBLIC, Access, AccessRule
from settings.auth import Logins, requires_access
from settings.faults import MissingKeyError
from settings.filters import FilterSettings
from settings.mapping import FieldMapping
from settings.politeness import NetworkSettings, PolitenessSettings
from settings.proxy import ProxySettings, TlsSettings
from settings.render import ContentSettings, Render, RenderSettings
from settings.scope import ScopeSettings
from settings.section import Section, folder_of
from settings.services import TranscriptionSettings
from settings.sync import SyncSettings
from settings.urls import HttpUrl, http_url

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
ACCESS_IS_MISSING: Final = (
    "`access` is missing: a connector that logs in must say who may read what it finds; "
    "add the two lines `access:` and `  - {match: '', allow: ['group:NAME']}`"
)
NOTHING_TO_CRAWL: Final = "`seeds` is missing: give a connector one of `seeds`, `seeds_file`, `sitemaps`"


def _name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError("must be a name of lower-case letters, digits and dashes, such as intranet-2")
    return name


def _location(text: str, information: ValidationInfo) -> str:
    """A web address, an `s3://` one, or a path, which becomes absolute."""
    if text.startswith("s3://"):
        return text
    if "://" in text:
        return http_url(text)
    return str((folder_of(information) / text).resolve())


ConnectorName = Annotated[
    str, AfterValidator(_name), WithJsonSchema({"type": "string", "pattern": f"^{_NAME.pattern}$"})
]
Location = Annotated[
    str, Field(min_length=1), AfterValidator(_location), WithJsonSchema({"type": "string", "minLength": 1})
]

_ABSENT: Final = (AccessRule(allow=(EVERYONE,)),)
"""The default of `access`, told by identity from a list that somebody wrote."""

_NOT_IN_FINGERPRINT: Final[Mapping[str, bool | set[str]]] = {
    "seeds_file": True,  # its lines are in `seeds`
    "politeness": {"requests_per_minute", "concurrency", "timeout"},
    "proxy": True,
    "tls": True,
    "access": True,
    "sync": True,
}


class ConnectorSettings(Section):
    """One crawl. Only `name` and one of `seeds`, `seeds_file`, `sitemaps` are needed."""

    name: ConnectorName = Field(examples=["intranet"])
    """Lower-case letters, digits, dashes; documents belong to it, so it should stay."""
    seeds: tuple[HttpUrl, ...] = Field(default=(), examples=[["https://intranet.example.com/"]])
    """Where the crawl starts: up to 100 addresses together with `seeds_file`."""
    seeds_file: Location | None = Field(default=None, examples=["seeds.txt"])
    """A file with one address a line; `#` begins a comment: a path, https:// or s3://."""
    sitemaps: tuple[Location, ...] = Field(
        default=(), validate_default=True, examples=[["https://intranet.example.com/sitemap.xml"]]
    )
    """Sitemaps or feeds whose pages are crawled like seeds: https:// addresses, s3:// ones, or paths; XML,
    index files, plain text, RSS, Atom, each also as .gz, or a ZIP of several."""
    discover_sitemaps: bool = True
    """Look for sitemaps in robots.txt, and for /sitemap.xml where it names none."""
    scope: ScopeSettings = ScopeSettings()
    """Which links are followed, and the limits of a run."""
    filters: FilterSettings = FilterSettings()
    """What is crawled, indexed and taken as a file."""
    attachments: bool = True
    """Take files too: PDF, Word, PowerPoint, Excel, RTF, CSV, JSON, XML, Markdown, plain text."""
    ocr: bool = False
    """Read scanned pages (needs tesseract)."""
    transcription: TranscriptionSettings | None = None
    """A server that turns audio and video into text; null: they are not taken."""
    render: Render = RenderSettings()
    """When a browser runs a page: `never`, `auto`, `always`, or a mapping."""
    content: ContentSettings = ContentSettings()
    """Which parts of a page are its content."""
    politeness: PolitenessSettings = PolitenessSettings()
    """How hard a host may be asked."""
    network: NetworkSettings = NetworkSettings()
    """Which private addresses may be reached."""
    auth: Logins = ()
    """The login, or a list of logins whose entries name their `origins`."""
    proxy: ProxySettings | None = None
    """The way out; null: as HTTP_PROXY, HTTPS_PROXY and NO_PROXY say."""
    tls: TlsSettings = TlsSettings()
    """Which certificates are accepted."""
    field_mappings: tuple[FieldMapping, ...] = ()
    """From what the site says to the fields of the index."""
    access: Access = Field(default=_ABSENT, validate_default=True)
    """Who may read: `public`, or rules of which the first that matches decides (no match: nobody).
    Required where `auth` is set; without both the documents are public."""
    sync: SyncSettings = SyncSettings()
    """When it runs, and what a run may delete."""

    @property
    def is_public(self) -> bool:
        """Whether everybody may read everything."""
        return self.access == PUBLIC

    def fingerprint(self) -> str:
        """32 hex digits over everything that changes what is crawled or extracted; no secret is in it."""
        relevant = self.model_dump(mode="json", exclude=_NOT_IN_FINGERPRINT)
        return hashlib.blake2b(
            orjson.dumps(relevant, option=orjson.OPT_SORT_KEYS), digest_size=16
        ).hexdigest()

    @field_validator("sitemaps")
    @classmethod
    def _starts_somewhere(cls, sitemaps: tuple[str, ...], information: ValidationInfo) -> tuple[str, ...]:
        # A key that was given but is wrong is absent here, and has its own fault already.
        nothing = not information.data.get("seeds", True) and information.data.get("seeds_file", "") is None
        if nothing and not sitemaps:
            raise ValueError(NOTHING_TO_CRAWL)
        return sitemaps

    @field_validator("access", mode="before")
    @classmethod
    def _has_access_where_it_logs_in(cls, access: Any, information: ValidationInfo) -> Any:
        if access is not _ABSENT:
            return access
        # A login that is itself wrong is absent here; it is a login all the same.
        logins = information.data.get("auth")
        if logins is None or requires_access(logins):
            raise MissingKeyError(ACCESS_IS_MISSING, beside="auth")
        return PUBLIC
