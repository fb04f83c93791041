"""Fixtures that every room's tests may use."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import settings

from tests.support import ports
from tests.support.intranet import Intranet, serve_intranet

# A test never asserts a duration: machines are busy now and then.
settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")


@pytest.fixture(scope="session")
def intranet() -> Iterator[Intranet]:
    """The sample company's sites, one process for each test worker."""
    with serve_intranet() as running:
        yield running


@pytest.fixture
def free_port() -> int:
    """A loopback port that nobody uses."""
    return ports.free_port()
