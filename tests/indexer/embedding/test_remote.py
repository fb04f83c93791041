"""Embedding servers: a real HTTP server in a process of its own, that answers well, badly, late or not."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pytest
from numpy.typing import NDArray

from indexer.embedding.embedder import ModelError, ModelServerError
from indexer.embedding.flow import Pressure
from indexer.embedding.remote import RemoteEmbedder
from indexer.embedding.remote_client import Manners
from settings.services import ModelServer
from tests.support.embedding_server import DIMENSION, EmbeddingServer, serve_embeddings, vector
from tests.support.ports import refusing_port

KEY = "sk-very-secret-4711"
QUICK = Manners(5.0, True, Pressure(4, 0.01, 0.1, failures=4, cooldown=0.3))
UNFORGETTING = replace(QUICK, pressure=replace(QUICK.pressure, cooldown=60.0))
"""A circuit that stays open while a slow machine tests it."""
IMPATIENT = Manners(0.5, False, Pressure(8, 0.01, 0.05, failures=3, cooldown=0.3))
TEXTS = tuple(f"text number {number} about vacation" for number in range(40))


@pytest.fixture(scope="module")
def process() -> Iterator[EmbeddingServer]:
    with serve_embeddings() as server:
        yield server


@pytest.fixture
def server(process: EmbeddingServer) -> EmbeddingServer:
    process.behave()
    return process


def model(
    server: EmbeddingServer, path: str = "", name: str = "words", key: str | None = None
) -> ModelServer:
    return ModelServer.model_validate({"url": f"{server.url}{path}", "name": name, "api_key": key})


class Opening(Protocol):
    """Opens a model that is closed when the test ends."""

    def __call__(self, server: ModelServer, met: str = "met.json", **how: Any) -> RemoteEmbedder: ...


@pytest.fixture
def remote(tmp_path: Path) -> Iterator[Opening]:
    with ExitStack() as opened:

        def opening(server: ModelServer, met: str = "met.json", **how: Any) -> RemoteEmbedder:
            manners = {"passages": QUICK, "questions": IMPATIENT} | how
            embedder = RemoteEmbedder(server, tmp_path / met, **manners)
            opened.callback(embedder.close)
            return embedder

        yield opening


@pytest.fixture
def embedder(server: EmbeddingServer, remote: Opening) -> RemoteEmbedder:
    return remote(model(server))


def expected(texts: Sequence[str]) -> NDArray[np.float32]:
    rows = np.array([vector(text) for text in texts], dtype=np.float32)
    found: NDArray[np.float32] = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return found


def agree(found: NDArray[Any], texts: Sequence[str]) -> bool:
    return found.shape == (len(texts), DIMENSION) and bool(np.abs(found - expected(texts)).max() < 1e-3)


@pytest.mark.parametrize("path", ["", "/", "/v1", "/v1/embeddings", "/embed"])
def test_either_dialect_gives_the_vectors_in_the_order_of_the_texts(
    server: EmbeddingServer, remote: Opening, path: str
) -> None:
    server.behave(fault="shuffled")
    embedder = remote(model(server, path))
    found = embedder.embed_passages(TEXTS)
    assert found.dtype == np.float16
    assert agree(found, TEXTS)
    assert agree(embedder.embed_queries(TEXTS[:3]), TEXTS[:3])
    assert embedder.embed_passages([]).shape == (0, DIMENSION)


def test_a_server_that_speaks_only_teis_dialect_is_found_below_its_root(
    server: EmbeddingServer, remote: Opening
) -> None:
    server.behave(paths=["/embed"])
    embedder = remote(model(server))
    assert agree(embedder.embed_passages(TEXTS), TEXTS)
    assert server.seen().paths[:2] == ["/v1/embeddings", "/embed"]
    assert set(server.seen().paths[2:]) == {"/embed"}


def test_a_server_without_base64_is_asked_for_numbers(server: EmbeddingServer, remote: Opening) -> None:
    server.behave(knows_base64=False)
    embedder = remote(model(server))
    assert agree(embedder.embed_passages(TEXTS), TEXTS)
    assert server.seen().packed == 1


def test_requests_are_bounded_in_size_and_number(server: EmbeddingServer, embedder: RemoteEmbedder) -> None:
    server.behave(seconds=0.02)
    texts = [*(f"text {number}" for number in range(200)), "long " * 20_000]
    assert agree(embedder.embed_passages(texts), texts)
    seen = server.seen()
    assert max(seen.sizes) == 32
    assert 1 in seen.sizes  # the long one by itself
    assert 1 < seen.most_at_once <= 4


def test_too_large_a_batch_is_halved_and_too_long_a_text_is_cut(
    server: EmbeddingServer, embedder: RemoteEmbedder
) -> None:
    server.behave(most_texts=5, most_characters=300)
    long = "vacation " * 100
    found = embedder.embed_passages([*TEXTS, long])
    assert agree(found[:-1], TEXTS)
    assert float(found[-1].astype(np.float32) @ expected([long])[0]) > 0.99


def test_a_busy_server_is_left_alone_as_long_as_it_asks_and_then_asked_again(
    server: EmbeddingServer, remote: Opening
) -> None:
    server.behave(status=429, times=1, headers={"Retry-After": "1"})
    patient = replace(QUICK, pressure=replace(QUICK.pressure, longest_pause=5.0))
    embedder = remote(model(server), passages=patient)  # which asks at once
    assert agree(embedder.embed_passages(TEXTS[:3]), TEXTS[:3])
    first, second, _ = server.seen().times
    assert second - first >= 0.99


def test_a_server_that_asks_for_a_long_pause_is_not_waited_for(
    server: EmbeddingServer, embedder: RemoteEmbedder
) -> None:
    server.behave(status=503, headers={"Retry-After": "3600"})
    with pytest.raises(ModelServerError, match=r"answered 503 \(out of order\); it is asked again in 3600 s"):
        embedder.embed_passages(TEXTS[:3])
    assert server.seen().requests == 1


def test_failing_answers_are_tried_again(server: EmbeddingServer, embedder: RemoteEmbedder) -> None:
    for status in (429, 500, 503):
        server.behave(status=status, times=2)
        assert agree(embedder.embed_passages(TEXTS[:3]), TEXTS[:3])
        assert server.seen().requests == 3


FAULTS = {
    "nan": "answered with vectors that hold NaN or infinity",
    "zero": "answered with a vector of nothing but zeros",
    "short": "answered 3 texts with 2 vectors",
    "misnumbered": r"numbered its vectors wrongly \(`index`\)",
    "html": "answered with something that is no list of vectors",
    "cut": "cut the connection",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_wrong_answer_is_never_taken_for_vectors(
    server: EmbeddingServer, remote: Opening, fault: str
) -> None:
    embedder = remote(model(server), passages=UNFORGETTING)
    server.behave(fault=fault)
    with pytest.raises(
        ModelServerError,
        match=rf"the embedding server {server.url}/? .*{FAULTS[fault]}.*; it is asked again in 60 s: what is "
        "pending is kept, and `indexer run` goes on",
    ):
        embedder.embed_passages(TEXTS[:3])
    assert server.seen().requests == 4
    with pytest.raises(ModelServerError, match=FAULTS[fault]):
        embedder.embed_passages(TEXTS[:3])
    assert server.seen().requests == 4  # the circuit is open: not even asked


def test_after_its_cooldown_one_request_finds_out_that_the_server_is_back(
    server: EmbeddingServer, embedder: RemoteEmbedder
) -> None:
    server.behave(status=500)
    with pytest.raises(ModelServerError, match="answered 500"):
        embedder.embed_passages(TEXTS)
    server.behave()
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            found = embedder.embed_passages(TEXTS)
            break
        except ModelServerError:
            time.sleep(0.05)
    assert agree(found, TEXTS)


def test_another_dimension_is_refused_with_both_numbers(
    server: EmbeddingServer, embedder: RemoteEmbedder
) -> None:
    server.behave(dimension=16)
    with pytest.raises(ModelServerError, match="16 dimensions, and the index is made of 32"):
        embedder.embed_passages(TEXTS)
    with pytest.raises(ModelServerError, match="16 dimensions"):
        embedder.embed_query("vacation")


def test_the_key_is_sent_and_never_shown(
    server: EmbeddingServer, remote: Opening, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(0)
    server.behave(key=KEY)
    remote(model(server, key=KEY))
    for key, advice in ((f"{KEY}-old", "check"), (None, "set")):
        with pytest.raises(
            ModelServerError, match=f"let us in .401.: {advice} `index.model.api_key`"
        ) as caught:
            remote(model(server, key=key), "other.json")
        assert KEY not in repr(caught.value)
    server.behave(status=400, error=f"the key {KEY} is not allowed to use this model")
    with pytest.raises(ModelServerError, match="the key ••• is not allowed") as caught:
        remote(model(server, key=KEY), "other.json")
    assert KEY not in repr(caught.value)
    assert KEY not in caplog.text
    with pytest.raises(ModelError, match="api_key` holds characters that no HTTP header can carry"):
        remote(model(server, key="schlüssel\n"))


def test_a_redirect_is_not_followed(server: EmbeddingServer, remote: Opening) -> None:
    server.behave(status=307, headers={"Location": "/embed"})
    with pytest.raises(ModelServerError, match="answered 307, a redirect, which is not followed"):
        remote(model(server))
    assert server.seen().requests == 1


def test_an_address_without_a_server_is_told(remote: Opening) -> None:
    nowhere = ModelServer.model_validate({"url": f"http://127.0.0.1:{refusing_port()}/v1", "name": "words"})
    with pytest.raises(ModelServerError, match="/v1 refused the connection; it is asked again"):
        remote(nowhere)


def test_an_address_that_has_no_such_route_is_told(server: EmbeddingServer, remote: Opening) -> None:
    with pytest.raises(ModelServerError, match=r"answered 404 \(no such route\): check `index.model.url`"):
        remote(model(server, "/api"))


def test_a_slow_server_makes_no_question_wait_for_long_and_is_then_left_alone(
    server: EmbeddingServer, embedder: RemoteEmbedder
) -> None:
    server.behave(seconds=0.8)
    for _ in range(3):
        with pytest.raises(ModelServerError, match=r"gave no answer within 0\.5 s"):
            embedder.embed_query("vacation")
        time.sleep(0.06)
    with pytest.raises(ModelServerError, match=r"gave no answer within 0\.5 s; it is asked again in 1 s$"):
        embedder.embed_query("vacation")
    server.behave()
    time.sleep(0.3)
    assert agree(embedder.embed_query("vacation")[np.newaxis], ["vacation"])


def test_a_model_is_recognised_and_another_one_under_its_name_is_not_taken_for_it(
    server: EmbeddingServer, remote: Opening
) -> None:
    first = remote(model(server, name="org/words"))
    assert first.model_key.startswith("org-words-")
    assert remote(model(server, "/embed", "org/words")).model_key == first.model_key
    server.behave(dimension=48)
    other = remote(model(server, name="org/words"))
    assert other.dimension == 48
    assert other.model_key != first.model_key


def test_a_search_service_starts_while_the_server_is_gone(server: EmbeddingServer, remote: Opening) -> None:
    key = remote(model(server)).model_key
    server.behave(status=500)
    asking = remote(model(server), key=key)
    assert (asking.dimension, server.seen().requests) == (DIMENSION, 0)
    with pytest.raises(ModelServerError, match="answered 500"):
        asking.embed_query("vacation")
    assert remote(model(server)).model_key == key  # asked once, in vain
    with pytest.raises(ModelError, match=r"nothing was embedded with the model words .* run `indexer run`"):
        remote(model(server), "nothing.json", key=key)
