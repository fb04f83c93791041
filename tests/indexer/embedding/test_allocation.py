"""Memory of one batch is used again for the next."""

from __future__ import annotations

import subprocess
import sys

import pytest

from indexer.embedding.allocation import keep_freed_memory

FAULTS = """
import resource, sys
import torch
from indexer.embedding.allocation import keep_freed_memory

def batch():
    activations = [torch.ones(1_200_000 + number) for number in range(4)]
    del activations

if sys.argv[1] == "kept":
    keep_freed_memory()
torch.set_num_threads(1)
for _ in range(8):
    batch()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(10):
    batch()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def page_faults(how: str) -> int:
    """Of ten batches of some 20 MB, after some others, in a process of its own."""
    command = [sys.executable, "-c", FAULTS, how]
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


@pytest.mark.skipif(not keep_freed_memory(), reason="the C library is not glibc")
def test_a_batch_takes_the_memory_of_the_one_before_without_asking_the_kernel_for_pages() -> None:
    few, many = page_faults("kept"), page_faults("as it comes")
    assert few < 1_000
    assert many > 10_000
