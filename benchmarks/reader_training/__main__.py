"""Train the reader: `python -m benchmarks.reader_training [--device cuda] [--out FILE]`.

Two minutes on an H100, where what is shipped was trained by the first version of this program; hours on a
processor. Nothing is read of the articles that `benchmarks.answers` measures.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

import torch
from safetensors.torch import save_file
from torch import Tensor
from torch.nn import functional

from benchmarks.answer_sets import read_paragraphs, read_questions
from benchmarks.reader_training.examples import Example, ExampleMaker
from benchmarks.reader_training.model import TrainedReader
from indexer.embedding.bert_files import read_plain_bert
from indexer.embedding.bundled import bundled_model

PASSES: Final = 4
GAPS: Final = 12_000
RATE: Final = 1e-3
BATCH_TOKENS: Final = 2_800
OF_VERDICT: Final = 0.5
"""The weight of the verdict's loss."""
_WARMING: Final = 0.06
_MOST_SPANS: Final = 8
_TOGETHER: Final = 2_000
"""Examples among which those of like length are put into one batch."""
_NEVER: Final = -1e4


def main(arguments: Sequence[str] | None = None) -> int:
    """Train, and write the changes."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.reader_training", description=__doc__)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--out", type=Path, default=Path("reader.safetensors"))
    parser.add_argument("--steps", type=int, default=0, help="stop after so many, to try it")
    wanted = parser.parse_args(arguments)
    torch.manual_seed(0)
    read = read_plain_bert(bundled_model())
    assert read is not None
    model, tokenizer = read
    tokenizer.no_padding()
    tokenizer.no_truncation()
    maker = ExampleMaker(tokenizer, read_paragraphs(), read_questions())
    reader = TrainedReader(model[0].auto_model).to(wanted.device)
    _train(reader, lambda _: maker.gaps(0, GAPS), 1, wanted.device, wanted.steps)
    _train(reader, maker.asked, PASSES, wanted.device, wanted.steps)
    save_file(reader.learned(), wanted.out)
    print(f"Written: {wanted.out}")
    return 0


def _train(
    reader: TrainedReader, make: Callable[[int], list[Example]], passes: int, device: str, steps: int
) -> None:
    learned = [each for each in reader.parameters() if each.requires_grad]
    groups = [
        {"params": [each for each in learned if each.dim() == 1], "weight_decay": 0.0},
        {"params": [each for each in learned if each.dim() > 1], "weight_decay": 0.01},
    ]
    optimiser = torch.optim.AdamW(groups, lr=RATE, betas=(0.9, 0.98))
    total = steps or passes * len(list(_batches(make(0), random.Random(0))))
    done = 0
    reader.train()
    for number in range(passes):
        for batch in _batches(make(number), random.Random(number)):
            if done >= total:
                return
            for group in optimiser.param_groups:
                group["lr"] = RATE * min(1.0, done / total / _WARMING) * max(0.01, 1 - done / total)
            loss = _loss(reader, batch, device)
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(learned, 1.0)
            optimiser.step()
            optimiser.zero_grad()
            done += 1
            if done % 100 == 0:
                print(f"{done} of {total}: {loss.item():.3f}", file=sys.stderr, flush=True)


def _loss(reader: TrainedReader, batch: Sequence[Example], device: str) -> Tensor:
    """How unlikely the answers are (that there is none stands beside the tokens, for both ends), and how
    wrong the verdict is."""
    ids, mask, kinds, text, spans, known = (each.to(device) for each in _tensors(batch))
    with torch.autocast(device.partition(":")[0], torch.bfloat16):
        starts, ends, none, verdict = (each.float() for each in reader(ids, mask, kinds))
    of_ends = [
        functional.log_softmax(torch.cat([none[:, None], scores.masked_fill(~text, _NEVER)], 1), 1)
        for scores in (starts, ends)
    ]
    likely = of_ends[0].gather(1, spans[..., 0]) + of_ends[1].gather(1, spans[..., 1])
    likely = likely.masked_fill(~known, _NEVER)
    has_answer = (spans[:, 0, 0] > 0).float()
    wrong = functional.binary_cross_entropy_with_logits(verdict, has_answer)
    return -torch.logsumexp(likely, 1).mean() + OF_VERDICT * wrong


def _tensors(batch: Sequence[Example]) -> tuple[Tensor, ...]:
    """Ids, which are tokens, of which part, which are text; the answers' ends (0: none), which there are."""
    width = max(len(example.ids) for example in batch)
    ids = torch.zeros(len(batch), width, dtype=torch.long)
    mask, text = torch.zeros_like(ids, dtype=torch.bool), torch.zeros_like(ids, dtype=torch.bool)
    kinds = torch.zeros_like(ids)
    spans = torch.zeros(len(batch), _MOST_SPANS, 2, dtype=torch.long)
    known = torch.zeros(len(batch), _MOST_SPANS, dtype=torch.bool)
    for row, example in enumerate(batch):
        length = len(example.ids)
        ids[row, :length] = torch.tensor(example.ids)
        mask[row, :length] = True
        kinds[row, example.begin : length] = 1
        text[row, example.begin : example.begin + example.length] = True
        ends = [(1 + example.begin + a, 1 + example.begin + b) for a, b in sorted(example.spans)][
            :_MOST_SPANS
        ]
        for place, (first, last) in enumerate(ends or [(0, 0)]):
            spans[row, place] = torch.tensor((first, last))
            known[row, place] = True
    return ids, mask, kinds, text, spans, known


def _batches(examples: Sequence[Example], drawing: random.Random) -> Iterator[list[Example]]:
    order = list(examples)
    drawing.shuffle(order)
    batches: list[list[Example]] = []
    for start in range(0, len(order), _TOGETHER):
        batch: list[Example] = []
        for example in sorted(order[start : start + _TOGETHER], key=lambda each: len(each.ids)):
            if batch and len(example.ids) * (len(batch) + 1) > BATCH_TOKENS:
                batches.append(batch)
                batch = []
            batch.append(example)
        batches.append(batch)
    drawing.shuffle(batches)
    yield from batches


if __name__ == "__main__":
    sys.exit(main())
