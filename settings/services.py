"""Model servers elsewhere: for embeddings, answers, transcriptions (OpenAI-style endpoints)."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, Discriminator, Field, Tag, ValidationInfo

from settings.secrets import Secret
from settings.section import Section, folder_of
from settings.urls import HttpUrl


class ModelServer(Section):
    """A server that embeds: OpenAI-style or TEI-style."""

    url: HttpUrl = Field(examples=["https://models.example.com/v1"])
    """Where it listens."""
    name: str = Field(min_length=1)
    """The model that it is asked for."""
    api_key: Secret | None = None
    """Sent as a bearer token."""


class AnswerModel(Section):
    """A language model that may write answers, on a server that speaks OpenAI's chat completions."""

    name: str = Field(min_length=1)
    """What people choose it by."""
    url: HttpUrl = Field(examples=["https://models.example.com/v1"])
    """Where it listens: the address below which there is `/chat/completions`."""
    model: str = Field(min_length=1)
    """The model that it is asked for."""
    api_key: Secret | None = None
    """Sent as a bearer token."""


class TranscriptionSettings(Section):
    """A server that turns audio and video into text."""

    url: HttpUrl = Field(examples=["https://models.example.com/v1"])
    """Where it listens."""
    model: str = Field(min_length=1)
    """The model that it is asked for."""
    api_key: Secret | None = None
    """Sent as a bearer token."""


def _folder_or_name(name: str, information: ValidationInfo) -> str:
    """A name stays as it is; what is plainly a path becomes absolute."""
    if not name.startswith((".", "/", "~")):
        return name
    return str((folder_of(information) / Path(name).expanduser()).resolve())


ModelName = Annotated[str, Field(min_length=1), AfterValidator(_folder_or_name)]
"""The bundled model, a hub name, or a folder (written `./…`, `~/…` or `/…`; absolute afterwards)."""


def _model_kind(value: Any) -> str:
    return "type=server" if isinstance(value, dict | ModelServer) else "type=name"


EmbeddingModel = Annotated[
    Annotated[ModelName, Tag("type=name")] | Annotated[ModelServer, Tag("type=server")],
    Discriminator(_model_kind),
]
