"""Fixtures that every room's tests may use."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator

import pytest
from hypothesis import settings

# Before our modules are imported: each process that a test starts would compile them anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
os.environ.pop("SITELORE_CONFIG", None)  # whoever runs the tests may have a configuration
sys.dont_write_bytecode = False

from tests.support import ports, running_order  # noqa: E402
from tests.support.certificates import Authority  # noqa: E402
from tests.support.intranet import Intranet, serve_intranet  # noqa: E402
from tests.support.warm.session import FOLDER_VARIABLE, session_folder  # noqa: E402

# A test never asserts a duration: machines are busy now and then.
settings.register_profile("any machine", deadline=None)
settings.register_profile("deep", deadline=None, max_examples=2_000)  # of `make fuzz`
settings.load_profile("any machine")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int | None:
    """Two workers for each core with `-n auto`: tests of servers, browsers and processes often wait."""
    if "PYTEST_XDIST_AUTO_NUM_WORKERS" in os.environ:
        return None
    return 2 * len(os.sched_getaffinity(0))


def pytest_configure(config: pytest.Config) -> None:
    """Leave the modules in the order of the collection; otherwise those of few, long tests come last."""
    _prepare_environment()
    if hasattr(config.option, "loadscopereorder"):
        config.option.loadscopereorder = False


def _prepare_environment() -> None:
    """What the workers and all processes of tests find: this is done by the process that starts the workers.

    They share the waiting processes, which end with this one. OpenSSL reads a file of authorities into each
    context, which takes 40 ms with the 140 of Debian; here it is one that signs nothing. The system's folder
    of them, where OpenSSL looks for one that it meets, stays. The browser's driver is compiled by Node once.
    """
    if FOLDER_VARIABLE in os.environ:
        return
    folder = session_folder()
    os.environ["SSL_CERT_FILE"] = str(Authority(folder, "nobody").file)
    os.environ.setdefault("NODE_COMPILE_CACHE", str(folder / "node"))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest modules first."""
    items.sort(key=lambda item: running_order.place(item.path))


def pytest_collection_finish() -> None:
    """What was collected and imported stays: the garbage collector need not look at it again and again."""
    gc.freeze()


@pytest.fixture(scope="session")
def intranet() -> Iterator[Intranet]:
    """The sample company's sites, one process for each test worker."""
    with serve_intranet() as running:
        yield running


@pytest.fixture
def refusing_port() -> int:
    """A loopback port that refuses connections."""
    return ports.refusing_port()


@pytest.fixture
def free_port() -> int:
    """A loopback port that nobody uses."""
    return ports.free_port()
