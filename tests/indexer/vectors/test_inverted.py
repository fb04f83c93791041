"""Large segments: byte codes in lists, searched as widely as the filter needs."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from indexer.vectors import inverted, merging, storing
from indexer.vectors.backend import VectorBatch
from indexer.vectors.codes import decode, encode, products, steps_of, whole_numbers
from indexer.vectors.inverted import InvertedSegment
from indexer.vectors.reader import VectorReader
from indexer.vectors.scanning import code_scanner
from indexer.vectors.storing import open_segment
from indexer.vectors.writer import VectorWriter, rebuild_vectors
from tests.indexer.vectors.support import DIMENSION, make_batch, name, queries

ROUNDED = 0.25 * DIMENSION**0.5 / 127
"""The most by which codes change a score of vectors of length 1 each time, .0056: see `steps_of`; |steps|₂ is
√d / 127 at most."""


@contextmanager
def small_lists() -> Iterator[None]:
    """Segments of a few dozen rows have lists already."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(storing, "EXACT_ROWS", 12)
        patch.setattr(merging, "SMALLEST_TIER", 12)
        patch.setattr(merging, "TIER_FACTOR", 2)
        yield


def merge_all(writer: VectorWriter, rounded: dict[str, int]) -> None:
    """Merge while it is time; `rounded` counts for each segment how often its rows were, at most."""
    before = writer.manifest.segments
    while writer.merge():
        after = writer.manifest.segments
        times = 1 + max(rounded[entry.id] for entry in before if entry not in after)
        rounded |= {entry.id: times for entry in after if entry not in before}
        before = after


STEP = st.one_of(
    st.lists(st.integers(1, 5), min_size=1, max_size=15),  # rows appended, by their access ids
    st.tuples(st.integers(0, 40), st.integers(0, 5)),  # a chunk's new access id; 0 removes it
    st.just("merge"),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(STEP, max_size=12), st.frozensets(st.integers(0, 5)), st.integers(1, 60))
def test_whatever_happened_a_search_finds_live_allowed_rows_and_the_nearest(
    steps: list[list[int] | tuple[int, int] | str], allowed: frozenset[int], limit: int
) -> None:
    access: dict[int, int] = {}
    vectors: dict[int, NDArray[np.float32]] = {}
    rounded: dict[str, int] = {}
    with tempfile.TemporaryDirectory() as folder, small_lists():
        writer = VectorWriter(Path(folder), "model", DIMENSION)
        for step in steps:
            if isinstance(step, str):
                merge_all(writer, rounded)
            elif isinstance(step, tuple):
                chunk, access_id = step
                if access.get(chunk):
                    writer.set_access({name(chunk): {chunk: access_id}})
                    access[chunk] = access_id
            else:
                numbers = range(len(access), len(access) + len(step))
                batch = make_batch(numbers, numbers, step, seed=len(access))
                writer.append(batch)
                rounded[writer.manifest.segments[-1].id] = int(len(step) > storing.EXACT_ROWS)
                access |= dict(zip(numbers, step, strict=True))
                vectors |= dict(zip(numbers, batch.vectors.astype(np.float32), strict=True))
        asked = queries(2)
        scores, found = VectorReader.open(Path(folder)).search(asked, allowed, limit)
    tolerance = ROUNDED * max(rounded.values(), default=0) + 1e-3  # float16's own rounding
    living = [chunk for chunk, access_id in access.items() if access_id in allowed - {0}]
    assert found.shape == scores.shape == (2, min(limit, len(living)))
    for question, ids, given_scores in zip(asked, found.tolist(), scores, strict=True):
        assert len(set(ids)) == len(ids)
        assert set(ids) <= set(living)
        true = [float(question @ vectors[chunk]) for chunk in ids]
        np.testing.assert_allclose(given_scores, true, atol=tolerance)
        best = sorted((float(question @ vectors[chunk]) for chunk in living), reverse=True)[:limit]
        np.testing.assert_allclose(given_scores, best, atol=tolerance)


@pytest.fixture(scope="module")
def topics() -> VectorBatch:
    """6,000 rows around 60 points; access id 1 + 10 · topic + a number from 0 to 9 drawn at random."""
    generator = np.random.default_rng(3)
    centres = generator.standard_normal((60, 48))
    topic = generator.integers(0, 60, 6000)
    vectors = centres[topic] + 0.8 * generator.standard_normal((6000, 48))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    access_ids = (1 + 10 * topic + generator.integers(0, 10, 6000)).astype(np.uint32)
    return VectorBatch(
        np.arange(6000), tuple(name(number) for number in range(6000)), access_ids, vectors.astype(np.float16)
    )


@pytest.fixture(scope="module")
def topical(topics: VectorBatch, tmp_path_factory: pytest.TempPathFactory) -> VectorReader:
    folder = tmp_path_factory.mktemp("topical")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(storing, "EXACT_ROWS", 1000)
        rebuild_vectors(folder, "model", 48, [topics])
    return VectorReader.open(folder)


@pytest.mark.parametrize(
    ("scored", "allowed"),
    [
        pytest.param(120, range(1, 601), id="no filter: 6,000 rows"),
        pytest.param(75, range(1, 601, 2), id="half at random"),
        pytest.param(700, range(1, 301), id="half by topic"),
        pytest.param(100, range(1, 601, 20), id="5 % at random: 320 rows"),
        pytest.param(180, range(1, 31), id="5 % by topic: 330 rows"),
        pytest.param(100, [77], id="very few: 7 rows"),
    ],
)
def test_a_part_of_the_allowed_rows_is_scored_and_the_nearest_are_among_them(
    topics: VectorBatch,
    topical: VectorReader,
    monkeypatch: pytest.MonkeyPatch,
    scored: int,
    allowed: range | list[int],
) -> None:
    monkeypatch.setattr(inverted, "rows_to_score", lambda *_: scored)
    vectors = topics.vectors.astype(np.float32)
    rows = np.flatnonzero(np.isin(topics.access_ids, allowed))
    asked = vectors[::200] + 0.05
    found = topical.search(asked, allowed, 10)[1]
    assert np.isin(found, rows).all()
    nearest = rows[np.argsort(-(asked @ vectors[rows].T), axis=1)[:, :10]]
    hits = [len(np.intersect1d(ids, exact)) for ids, exact in zip(found, nearest, strict=True)]
    assert np.mean(hits) / nearest.shape[1] >= 0.95


def test_what_is_scored_grows_with_the_limit_and_with_the_allowed_rows(topical: VectorReader) -> None:
    million = 1_000_000
    scored = [inverted.rows_to_score(million, million, limit) for limit in (10, 1000, 10_000)]
    assert scored == [70_000, 70_000, 80_000]
    scored = [inverted.rows_to_score(million, allowed, 10) for allowed in (500_000, 50_000, 5000)]
    assert scored == [70_000, 26_832, 10_000]
    assert topical.search(queries(1, dimension=48), range(1, 601), 5000)[1].shape == (1, 5000)


def merged_vectors(
    folder: Path, writer: VectorWriter, batches: Sequence[VectorBatch]
) -> dict[int, list[float]]:
    """What segments with lists know of each chunk once `batches` were added and merged."""
    with small_lists():
        for batch in batches:
            writer.append(batch)
            while writer.merge():
                pass
    known: dict[int, list[float]] = {}
    for entry in writer.manifest.segments:
        segment = open_segment(folder, entry)
        if isinstance(segment, InvertedSegment):
            vectors = segment.vectors(np.arange(entry.rows)).tolist()
            known |= dict(zip(segment.chunk_ids.tolist(), vectors, strict=True))
    return known


def test_a_second_merge_rounds_nothing_again_where_the_steps_reach(tmp_path: Path) -> None:
    batches = [make_batch(range(n * 12, n * 12 + 12), range(12), [1] * 12, n) for n in range(4)]
    smaller = [replace(batch, vectors=batch.vectors * np.float16(0.5)) for batch in batches[2:]]
    writer = VectorWriter(tmp_path, "model", DIMENSION)
    first = merged_vectors(tmp_path, writer, batches[:2])
    second = merged_vectors(tmp_path, writer, smaller)
    assert len(first) == 24
    assert len(second) == 48
    assert {chunk: second[chunk] for chunk in first} == first


def test_a_merge_cuts_no_value_off_that_is_larger_than_those_before(tmp_path: Path) -> None:
    batches = [make_batch(range(n * 12, n * 12 + 12), range(12), [1] * 12, n) for n in range(3)]
    smaller = [replace(batch, vectors=batch.vectors * np.float16(0.5)) for batch in batches[:2]]
    writer = VectorWriter(tmp_path, "model", DIMENSION)
    merged_vectors(tmp_path, writer, smaller)
    writer.set_access(
        {name(chunk): {chunk: 0} for chunk in range(12)}
    )  # small enough for a merge with the next
    known = merged_vectors(tmp_path, writer, batches[2:])
    added = np.concatenate([smaller[1].vectors, batches[2].vectors]).astype(np.float32)
    steps = np.abs(added).max(axis=0) / 127
    assert sorted(known) == list(range(12, 36))
    found = np.array([known[chunk] for chunk in range(12, 36)])
    assert (np.abs(found - added) <= 2 * 0.26 * steps).all()  # two merges, a quarter of a step each


def test_changed_access_shows_at_once_in_a_large_segment_that_is_open_already(tmp_path: Path) -> None:
    writer = VectorWriter(tmp_path, "model", DIMENSION)
    with small_lists():
        writer.append(make_batch(range(40), range(40), [1] * 20 + [2] * 20))
        reader = VectorReader.open(tmp_path)
        assert isinstance(open_segment(tmp_path, writer.manifest.segments[0]), InvertedSegment)
    writer.set_access({name(3): {3: 2}, name(4): {4: 0}, name(30): {30: 1}})
    found = [sorted(reader.search(queries(1), {access_id}, 50)[1][0].tolist()) for access_id in (1, 2)]
    assert found[0] == [0, 1, 2, *range(5, 20), 30]
    assert found[1] == [3, *range(20, 30), *range(31, 40)]


@given(st.integers(0, 1000), st.integers(1, 20), st.integers(1, 30))
def test_codes_are_near_their_vectors_and_stay_the_same(seed: int, count: int, dimension: int) -> None:
    vectors = np.random.default_rng(seed).standard_normal((count, dimension)).astype(np.float32)
    steps = steps_of(np.abs(vectors).max(axis=0))
    codes, halves = encode(vectors, steps)
    decoded = decode(codes, halves, steps)
    assert (np.abs(decoded - vectors) <= steps * 0.26).all()
    again = encode(decoded.astype(np.float16), steps)
    np.testing.assert_array_equal(again[0], codes)
    np.testing.assert_array_equal(again[1], halves)
    np.testing.assert_allclose(
        products(codes, halves, steps, vectors[0]), decoded @ vectors[0], rtol=1e-3, atol=1e-3
    )


def test_steps_stand_where_they_reach_and_grow_where_they_do_not() -> None:
    former = steps_of(np.array([0.5, 0.5, 0.0], dtype=np.float32))
    steps = steps_of(np.array([0.1, 0.6, 0.0], dtype=np.float32), former)
    np.testing.assert_allclose(steps, [0.5 / 127, 0.6 / 127, 2**-21], rtol=1e-6)
    decoded = decode(*encode(former[None, :2] * [[127.4, -127.4]], former[:2]), former[:2])
    np.testing.assert_array_equal(steps_of(np.abs(decoded[0]), former[:2]), former[:2])


@pytest.mark.parametrize("adjacent", [True, False])
def test_the_scanner_finds_the_largest_products(adjacent: bool) -> None:
    generator = np.random.default_rng(8)
    codes = generator.integers(0, 256, (9000, 32), dtype=np.uint8)
    runs = [np.arange(7000, 8000), np.arange(100, 4900)]
    rows = np.concatenate(runs) if adjacent else np.sort(generator.choice(9000, 5000, replace=False))
    query = whole_numbers(queries(1, dimension=32)[0], np.ones(32, dtype=np.float32))
    found = code_scanner(32).best(codes, rows, query, 20)
    values = (codes[rows].astype(np.float32) - 128) @ query
    np.testing.assert_array_equal(np.sort(values[found]), np.sort(values)[-20:])
