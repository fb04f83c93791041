"""`search`: the service and its page."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, Tag, model_validator

from settings.access import EVERYONE, Principal
from settings.quantities import Duration
from settings.secrets import Secret
from settings.section import LocalPath, Section, one_or_many
from settings.services import AnswerModel, ModelName
from settings.urls import HttpUrl, Issuer, Origin
from settings.variants import by_type


def _named(principal: str) -> str:
    if principal == EVERYONE:
        raise ValueError("must be `user:NAME` or `group:NAME`")
    return principal


NamedPrincipal = Annotated[Principal, AfterValidator(_named)]
Weight = Annotated[float, Field(ge=0, le=1)]
Text = Annotated[str, Field(min_length=1)]


class NoAuthentication(Section):
    """Nobody signs in; only public documents are found."""

    type: Literal["none"] = "none"
    """Nobody signs in; only public documents are found."""


class KeyAuthentication(Section):
    """API keys, made by `search-api key create`."""

    type: Literal["api_keys"]
    """API keys, made by `search-api key create`."""


class TokenAuthentication(Section):
    """Signed tokens (RFC 7519) of your identity provider."""

    type: Literal["jwt"]
    """Signed tokens (RFC 7519) of your identity provider."""
    jwks_url: HttpUrl | None = Field(default=None, examples=["https://id.example.com/jwks.json"])
    """Where the keys are published that tokens are checked with; or else `jwks_file`."""
    jwks_file: LocalPath | None = Field(default=None, examples=["jwks.json"])
    """A file with those keys (JSON Web Key Set), read again when it changes."""
    issuer: Text
    """What `iss` must say."""
    audience: Text
    """What `aud` must hold."""
    user_claim: Text = "sub"
    """The claim with the user's name; dots lead into objects."""
    groups_claim: Text = "groups"
    """The claim with the list of groups; dots lead into objects (`realm_access.roles`)."""

    @model_validator(mode="after")
    def _keys_come_from_one_place(self) -> Self:
        if (self.jwks_url is None) == (self.jwks_file is None):
            raise ValueError("must name its keys by `jwks_url` or by `jwks_file`")
        return self


class SignInAuthentication(Section):
    """People sign in on the page (OpenID Connect)."""

    type: Literal["oidc"]
    """People sign in on the page (OpenID Connect)."""
    issuer: Issuer = Field(examples=["https://id.example.com"])
    """The identity provider, written exactly as it names itself: with or without a slash at the end."""
    client_id: Text
    """The name under which this service is registered there."""
    client_secret: Secret
    """Its secret."""
    user_claim: Text = "sub"
    """The claim with the user's name; dots lead into objects."""
    groups_claim: Text = "groups"
    """The claim with the list of groups; dots lead into objects (`realm_access.roles`)."""
    scopes: tuple[Text, ...] = ("openid", "profile", "email")
    """The scopes to ask for."""
    session_lifetime: Duration = timedelta(hours=12)
    """How long someone stays signed in, with the groups that they had when they signed in."""

    @model_validator(mode="after")
    def _asks_who_it_is(self) -> Self:
        if "openid" not in self.scopes:
            raise ValueError(
                "must ask for the scope `openid`: without it the provider does not say who signed in"
            )
        return self


Authentication = Annotated[
    Annotated[NoAuthentication, Tag("type=none")]
    | Annotated[KeyAuthentication, Tag("type=api_keys")]
    | Annotated[TokenAuthentication, Tag("type=jwt")]
    | Annotated[SignInAuthentication, Tag("type=oidc")],
    by_type("none", "api_keys", "jwt", "oidc"),
]


class HybridSettings(Section):
    """How the two halves of retrieval are weighed; only their ratio counts."""

    dense: Weight = 0.5
    """The weight of meaning (embeddings)."""
    lexical: Weight = 0.5
    """The weight of words (BM25)."""

    @model_validator(mode="after")
    def _one_half_counts(self) -> Self:
        if self.dense + self.lexical <= 0:
            raise ValueError("must have one weight above zero")
        return self


class Boost(Section):
    """Raises documents by a field's value, or by how new they are."""

    field: Text = Field(examples=["department"])
    """A field of the index."""
    values: tuple[Text, ...] = Field(default=(), examples=[["HR"]])
    """The values that are raised; empty: every document that has the field."""
    freshness: Duration | None = Field(default=None, examples=["90d"])
    """For dates: the age at which half of the boost is gone."""
    pivot: Annotated[float, Field(gt=0)] | None = Field(default=None, examples=[1000])
    """For numbers, which count the more the higher they are: the number that earns half of the boost."""
    weight: Annotated[float, Field(gt=0, le=10)] = 2.0
    """What a score is multiplied by: above 1 raises, below 1 lowers."""


class SynonymFile(Section):
    """A file of synonyms."""

    path: LocalPath
    """Where it lies."""
    language: Annotated[str, Field(pattern="^[a-z]{2,3}$")] | None = None
    """The language of the documents that it holds for (ISO 639), unless the file says; empty: of all."""


def _synonym_files(value: object) -> object:
    """A path, a list of paths, or a mapping from languages to paths, as a list of files."""
    if isinstance(value, dict) and "path" not in value:
        return [
            {"path": path, "language": language}
            for language, paths in value.items()
            for path in one_or_many(paths) or [None]
        ]
    return [{"path": each} if isinstance(each, str | Path) else each for each in one_or_many(value) or []]


SynonymFiles = Annotated[
    tuple[SynonymFile, ...],
    BeforeValidator(
        _synonym_files,
        json_schema_input_type=str
        | SynonymFile
        | tuple[str | SynonymFile, ...]
        | dict[str, str | tuple[str, ...]]
        | None,
    ),
]
"""A path, a list of them, or paths by the language of the documents that they hold for."""

Files = Annotated[
    tuple[LocalPath, ...],
    BeforeValidator(
        lambda value: () if value is None else one_or_many(value),
        json_schema_input_type=str | tuple[LocalPath, ...] | None,
    ),
]
"""A path, a list of them, or null."""


class AnalyticsSettings(Section):
    """The log of questions, clicks and feedback, and what is made of it."""

    enabled: bool = True
    """Whether questions are kept at all."""
    users: bool = False
    """Whether the names of those who ask are kept; callers are told apart by a hash without."""
    keep: Duration = timedelta(days=180)
    """How long a question is kept."""


class SuggestionSettings(Section):
    """What is proposed while someone types, and beside the results."""

    block: LocalPath | None = Field(default=None, examples=["blocked.txt"])
    """A file of words and phrases, one a line: nothing that holds one is ever proposed."""
    least_callers: Annotated[int, Field(ge=1, le=1000)] = 3
    """How many different callers must have asked a question before it is proposed to others."""


class AlertSettings(Section):
    """Saved searches that tell a webhook what is new."""

    webhooks: tuple[Origin, ...] = Field(default=(), examples=[["https://hooks.example.com"]])
    """The origins that may be told, exactly as scheme, host and port; none: nothing can be saved."""


def _differently_named(models: tuple[AnswerModel, ...]) -> tuple[AnswerModel, ...]:
    names = [model.name for model in models]
    if len(set(names)) < len(names):
        raise ValueError("must each have a name of their own")
    return models


class SearchSettings(Section):
    """The service and its page."""

    host: Text = "127.0.0.1"
    """The address that it listens on."""
    port: Annotated[int, Field(ge=1, le=65535)] = 8000
    """The port that it listens on."""
    public_url: Origin | None = Field(default=None, examples=["https://search.example.com"])
    """The origin under which people open the page, where a request says another: behind a proxy."""
    authentication: Authentication = NoAuthentication()
    """Who may ask: `none` (public documents only), `api_keys`, `jwt`, `oidc`."""
    admins: tuple[NamedPrincipal, ...] = Field(default=(), examples=[["group:it", "user:eva@example.com"]])
    """Who, of those who sign in or bring a token, may change things and see what is for operators."""
    hybrid: HybridSettings = HybridSettings()
    """The weights of meaning and words."""
    reranker: ModelName | None = None
    """A cross-encoder that orders the best results anew: a folder (written `./…`) or a hub name."""
    answers: Annotated[tuple[AnswerModel, ...], AfterValidator(_differently_named)] = ()
    """Language models that may write answers at `/v1/ask`, the first one unless another is asked for; empty:
    answers are cut out of documents only."""
    synonyms: SynonymFiles = Field(default=(), examples=["synonyms.txt", {"en": "en.txt", "de": "de.txt"}])
    """Files of synonyms in Solr's format: a path, a list, or by the language of the documents that they hold
    for."""
    faq: Files = Field(default=(), examples=[["faq.csv"]])
    """Files of questions and answers: CSV or JSON."""
    featured: LocalPath | None = Field(default=None, examples=["featured.yaml"])
    """A file of results that stand first for certain queries."""
    boosts: tuple[Boost, ...] = ()
    """What is raised in the results."""
    facets: tuple[Text, ...] = Field(default=(), examples=[["department", "connector/department"]])
    """The filters of the page in their order, as in an address: `connector/department` within one another,
    `updated_at:year` and `size:1000,50000` in ranges. Empty: every field with `facet`, and `updated_at`."""
    analytics: AnalyticsSettings = AnalyticsSettings()
    """The log of questions, clicks and feedback."""
    alerts: AlertSettings = AlertSettings()
    """Saved searches that tell a webhook what is new."""
    suggestions: SuggestionSettings = SuggestionSettings()
    """What is proposed while someone types, and beside the results."""
