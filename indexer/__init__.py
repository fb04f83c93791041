"""Floor 3: chunk, embed, keep segments; retrieve and fuse."""

import os

# OpenMP's threads (torch, FAISS) spin while they wait for each other unless told before it is loaded. On
# processors shared with a crawl that costs most of the time: a query took 50 ms instead of 15, a batch 5
# times as long (2 cores, load 6).
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
# OpenBLAS (NumPy) has threads of its own, which spin for some 30 ms after each product: of a search service
# that is a whole core. Our products in NumPy are small; the large ones are torch's.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
