"""Content codings: what was coded comes back, however it arrives, and never beyond the cap."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable

import brotli
import pytest
from backports import zstd
from hypothesis import given
from hypothesis import strategies as st

from crawler.fetch.decoding import Body, BodyTooLargeError, DecompressionBombError, UndecodableBodyError

CODERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": zstd.compress,
}


def decoded(data: bytes, coding: str, step: int = 1_000, cap: int = 10_000_000) -> bytes:
    body = Body(coding, cap)
    for start in range(0, len(data), step):
        body.feed(data[start : start + step])
    return body.finish()


@pytest.mark.parametrize("coding", CODERS)
@given(data=st.binary(max_size=3_000), step=st.integers(1, 400))
def test_what_was_coded_comes_back(coding: str, data: bytes, step: int) -> None:
    assert decoded(CODERS[coding](data), coding, step) == data


@pytest.mark.parametrize("coding", CODERS)
def test_a_body_larger_than_one_piece_comes_back(coding: str) -> None:
    data = b"".join(b"%d," % number for number in range(100_000))
    assert decoded(CODERS[coding](data), coding, 5_000) == data


def test_codings_are_undone_last_first() -> None:
    data = b"hello" * 100
    assert decoded(brotli.compress(gzip.compress(data)), "gzip, br") == data
    assert decoded(gzip.compress(data), "Identity, GZIP") == data


def test_bare_deflate_is_understood() -> None:
    bare = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    assert decoded(bare.compress(b"hello" * 50) + bare.flush(), "deflate", 3) == b"hello" * 50


@pytest.mark.parametrize("coding", ["gzip", "zstd"])
def test_several_members_are_one_body(coding: str) -> None:
    both = CODERS[coding](b"one ") + CODERS[coding](b"two")
    assert decoded(both, coding, 7) == b"one two"


def test_what_follows_a_gzip_member_is_ignored() -> None:
    assert decoded(gzip.compress(b"hello") + b"\0\0\0\0", "gzip") == b"hello"


@pytest.mark.parametrize("coding", ["", *CODERS])
def test_an_empty_body_is_empty_in_any_coding(coding: str) -> None:
    assert Body(coding, 10).finish() == b""


@pytest.mark.parametrize("coding", CODERS)
def test_a_body_cut_short_is_an_error(coding: str) -> None:
    body = Body(coding, 10_000)
    body.feed(CODERS[coding](b"hello" * 100)[:-5])
    with pytest.raises(UndecodableBodyError, match=f"the {coding} body ends too early"):
        body.finish()


def test_the_cap_holds_on_the_wire() -> None:
    body = Body("", 10)
    body.feed(b"0123456789")
    with pytest.raises(BodyTooLargeError, match="larger than 10 bytes"):
        body.feed(b"!")


@pytest.mark.parametrize("coding", CODERS)
def test_the_cap_holds_after_decoding(coding: str) -> None:
    with pytest.raises(DecompressionBombError, match="decompress to more than 100,000"):
        decoded(CODERS[coding](bytes(1_000_000)), coding, cap=100_000)


def test_a_body_out_of_proportion_is_a_bomb_below_the_cap_too() -> None:
    with pytest.raises(DecompressionBombError, match="more than 200 times as many"):
        decoded(gzip.compress(bytes(20_000_000)), "gzip", cap=50_000_000)
    assert len(decoded(gzip.compress(bytes(8_000_000)), "gzip", cap=50_000_000)) == 8_000_000


def test_a_zstandard_window_larger_than_the_web_allows_is_an_error() -> None:
    options: dict[int, int] = {
        zstd.CompressionParameter.window_log: 27,
        zstd.CompressionParameter.content_size_flag: 0,
    }
    wide = zstd.ZstdCompressor(options=options)
    data = wide.compress(b"x" * 1_000, zstd.ZstdCompressor.FLUSH_BLOCK) + wide.flush()
    with pytest.raises(UndecodableBodyError, match="the body is not zstd"):
        decoded(data, "zstd")
