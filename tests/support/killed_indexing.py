"""Real indexer processes that are killed at random instants while another process asks questions.

A trial indexes a small world, starts a process that asks without pause, and then lets an indexer be killed
several times: in a rebuild, in a batch of changes, or around a merge of segments. At the end one more run
finishes, and what the index then holds and answers is compared with that of an undisturbed one.
"""

from __future__ import annotations

import json
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from sqlalchemy import select

from catalog.database import Catalog
from catalog.documents import pending_count
from catalog.tables import chunks, documents
from indexer.layout import IndexLayout
from indexer.lock import current_holder
from indexer.retrieval.fusion import FusionWeights
from indexer.retrieval.opening import open_retriever
from indexer.retrieval.question import Question
from indexer.serving import read_served
from indexer.vectors.manifest import read_manifest
from indexer.vectors.merging import TIER_FACTOR
from indexer.vectors.reader import VectorReader
from settings.configuration import Settings
from settings.load import load_settings
from tests.indexer.pipeline.support import add, change, open_from, remove
from tests.support.embedding_server import EmbeddingServer
from tests.support.warm.copies import Copy, start
from tests.support.warm_crawler import warm_indexer

STEADY: Final = 6
"""Documents that never change: each question about one must find it at every instant."""
CHANGES: Final = 40
"""Edits before each kill."""
MOST_DOCUMENTS: Final = 200
KILLS: Final = 3
PATIENCE_SECONDS: Final = 120.0
_WORDS: Final = ("harbour", "ferry", "pension", "invoice", "parking", "lunch", "badge", "printer", "leave")


class Where(StrEnum):
    """What the indexer was doing when it was killed."""

    REBUILD = "rebuild"
    BATCH = "batch"
    MERGE = "merge"


@dataclass(slots=True)
class Trial:
    """What came of it. `twice`: embeddings made more than once."""

    kills: Counter[Where] = field(default_factory=Counter)
    asked: int = 0
    twice: int = 0
    faults: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Picture:
    """What an index holds and answers, without ids, which depend on its history."""

    passages: tuple[tuple[str, int, str], ...]
    nearest: Mapping[str, tuple[str, ...]]
    with_words: Mapping[str, tuple[str, ...]]


def run_trial(seed: int, folder: Path, server: EmbeddingServer, kills: int = KILLS) -> Trial:
    """One world, killed `kills` times; see the module."""
    chance = random.Random(seed)
    trial = Trial()
    server.behave(seconds=0.02)  # long enough to be killed in
    config = _configure(folder / "killed", server)
    world = _World(config, chance)
    world.settle()
    with _asking(config, trial):
        for _ in range(kills):
            where = chance.choice(list(Where))
            world.change(CHANGES)
            if _killed(world, where, chance):
                trial.kills[where] += 1
        world.settle()
    texts = Counter(text for text in server.seen().texts if "\n" in text)  # a passage's begin with a title
    assert texts, "what was embedded could not be counted"
    trial.twice = sum(times - 1 for times in texts.values())
    ours = world.picture(trial.faults)
    world.close()
    undisturbed = _World(_configure(folder / "undisturbed", server), chance)
    undisturbed.become(world.wanted)
    undisturbed.settle()
    trial.faults += _differences(ours, undisturbed.picture(trial.faults))
    undisturbed.close()
    return trial


def _configure(folder: Path, server: EmbeddingServer) -> Path:
    folder.mkdir(parents=True)
    config = folder / "connectors.yaml"
    config.write_text(
        json.dumps(  # JSON is YAML
            {
                "version": 1,
                "store": {"database": f"sqlite:///{folder}/catalog.db", "directory": f"{folder}/data"},
                "index": {"model": {"url": server.url, "name": "words"}},
                "connectors": [
                    {"name": "intranet", "seeds": ["https://intranet.example/"], "access": "public"}
                ],
            }
        )
    )
    return config


class _World:
    """A catalog whose documents change, and what they should say in the end."""

    def __init__(self, config: Path, chance: random.Random) -> None:
        self.config: Final = config
        self.settings: Final[Settings] = load_settings(config)
        self.catalog: Final[Catalog] = open_from(self.settings)
        self.wanted: dict[str, tuple[str, ...]] = {}
        self._ids: Final[dict[str, str]] = {}
        self._chance: Final = chance
        self._edits = 0
        self._made = 0
        for number in range(STEADY):
            self._say(f"https://intranet.example/steady{number}", (f"steadfast{number} stays as it is",))

    @property
    def layout(self) -> IndexLayout:
        return IndexLayout(self.settings.store.directory)

    def vectors(self) -> Path:
        """The folder of the vectors that are served."""
        served = read_served(self.layout)
        assert served is not None
        return served.vectors

    def change(self, count: int) -> None:
        """Add, change or remove so many documents."""
        for _ in range(count):
            self._edits += 1
            unsteady = sorted(url for url in self.wanted if "steady" not in url)
            drawn = self._chance.random()
            if drawn < 0.1 and unsteady:
                url = self._chance.choice(unsteady)
                remove(self.catalog, self._ids.pop(url))
                del self.wanted[url]
            elif drawn < 0.4 or not unsteady:
                self._made += 1
                self._say(f"https://intranet.example/{self._made}", self._new_text())
            else:
                self._say(self._chance.choice(unsteady), self._new_text())

    def become(self, wanted: Mapping[str, tuple[str, ...]]) -> None:
        """Say the very same as another world."""
        for url, paragraphs in wanted.items():
            if url not in self.wanted:
                self._say(url, paragraphs)

    def settle(self) -> None:
        """Index what is pending in a process that nobody kills."""
        done = warm_indexer().call("run", "--config", str(self.config))
        assert done.returncode == 0, done.stderr

    def picture(self, faults: list[str]) -> Picture:
        """What catalog and indexes have in common; what they have not becomes a fault."""
        with self.catalog.read() as connection:
            if waiting := pending_count(connection):
                faults.append(f"{waiting} documents are still pending")
            rows = connection.execute(
                select(chunks.c.id, documents.c.url, chunks.c.ordinal, chunks.c.text)
                .join(documents, documents.c.id == chunks.c.document_id)
                .where(chunks.c.ordinal >= 0)
            ).all()
        reader = VectorReader.open(self.vectors())
        if reader.live != len(rows) or reader.faults:
            faults.append(f"{reader.live} vectors for {len(rows)} chunks; {reader.faults}")
        retriever = open_retriever(self.catalog, self.settings)

        def answers(weights: FusionWeights) -> dict[str, tuple[str, ...]]:
            questions = {word: Question(word, page_size=MOST_DOCUMENTS) for word in _WORDS}
            return {
                word: tuple(hit.url for hit in retriever.search(question, weights=weights).hits)
                for word, question in questions.items()
            }

        by_words = answers(FusionWeights(0.0, 1.0))  # their order depends on what was deleted, and not merged
        return Picture(
            tuple(sorted((row.url, row.ordinal, row.text) for row in rows)),
            answers(FusionWeights(1.0, 0.0)),
            {word: tuple(sorted(urls)) for word, urls in by_words.items()},
        )

    def close(self) -> None:
        """Let go of the catalog."""
        self.catalog.close()

    def _new_text(self) -> tuple[str, ...]:
        words = (" ".join(self._chance.choices(_WORDS, k=6)) for _ in range(self._chance.randint(1, 4)))
        return tuple(f"{said} number {self._edits}.{part}" for part, said in enumerate(words))

    def _say(self, url: str, paragraphs: tuple[str, ...]) -> None:
        if url in self._ids:
            change(self.catalog, self._ids[url], *paragraphs)
        else:
            self._ids[url] = add(self.catalog, url, *paragraphs)
        self.wanted[url] = paragraphs


def _killed(world: _World, where: Where, chance: random.Random) -> bool:
    """Start an indexer and kill it somewhere in `where`; whether it was still alive."""
    words = {Where.REBUILD: ["rebuild"], Where.BATCH: ["run"], Where.MERGE: ["run", "--watch"]}[where]
    process = warm_indexer().start([*words, "--config", str(world.config)])
    try:
        _wait(process, lambda: current_holder(world.layout.lock) is not None)
        if where is Where.MERGE:
            _wait(process, lambda: _about_to_merge(world))
            time.sleep(chance.uniform(0, 0.05))
        else:
            time.sleep(chance.uniform(0, 1.0))
        return process.poll() is None
    finally:
        process.kill()
        process.communicate()


def _about_to_merge(world: _World) -> bool:
    """Change one more document, unless a tier of segments is full."""
    manifest = read_manifest(world.vectors())
    if manifest is not None and len(manifest.segments) >= TIER_FACTOR:
        return True
    with world.catalog.read() as connection:
        if not pending_count(connection):
            world.change(1)
    return False


def _wait(process: Copy, until: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while process.poll() is None and not until():
        assert time.monotonic() < deadline, f"process {process.pid} did not come to it"
        time.sleep(0.002)


@contextmanager
def _asking(config: Path, trial: Trial) -> Iterator[None]:
    """Another process asks until the block ends; what it met goes into `trial`."""
    stop = config.with_name("stop-asking")
    process = start("tests.support.asking", [str(config), str(STEADY), str(stop)])
    try:
        process.stdout.readline()  # its first questions were answered
        yield
    finally:
        stop.touch()
        told, said = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 0, said.decode()
    met: dict[str, Any] = json.loads(told)
    trial.asked = met["asked"]
    trial.faults += [f"the reader: {fault}" for fault in met["faults"]]


def _differences(ours: Picture, undisturbed: Picture) -> list[str]:
    faults = []
    if ours.passages != undisturbed.passages:
        odd = set(ours.passages) ^ set(undisturbed.passages)
        faults.append(f"{len(odd)} passages differ, among them {min(odd, default=None)}")
    for name, mine, theirs in (
        ("nearest", ours.nearest, undisturbed.nearest),
        ("words", ours.with_words, undisturbed.with_words),
    ):
        odd_answers = [word for word in mine if mine[word] != theirs[word]]
        if odd_answers:
            faults.append(f"by {name} other answers to {', '.join(odd_answers)}")
    return faults
