"""How answers are measured, and that the reader that is trained is the one that reads."""

from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from benchmarks.answer_sets import AnswerQuestion, Part, f1, parted
from benchmarks.answers import Outcome, table
from benchmarks.reader_training.examples import ExampleMaker
from benchmarks.reader_training.model import TrainedReader
from indexer.embedding.bert_files import read_plain_bert
from indexer.embedding.bundled import bundled_model
from indexer.embedding.lean_bert import LeanBert
from indexer.reading.low_rank import change
from search_api.query.confidence import Confidence


@pytest.mark.parametrize(
    ("found", "given", "expected"),
    [
        ("the 1973 crisis", "1973 crisis", 1.0),
        ("October 1973", "1973", 2 / 3),
        ("oil", "gas", 0.0),
        ("", "gas", 0.0),
    ],
)
def test_answers_are_compared_by_their_words(found: str, given: str, expected: float) -> None:
    assert f1(found, given) == pytest.approx(expected)


def test_an_article_is_for_one_thing_only_and_always_for_the_same() -> None:
    titles = {f"Article {number}" for number in range(48)}
    both = {f"Article {number}" for number in range(35)}

    parts = parted(titles, both)

    assert parts == parted({*sorted(titles, reverse=True)}, both)
    counts = {part: sum(each is part for each in parts.values()) for part in Part}
    assert counts == {Part.HELD_OUT: 10, Part.CALIBRATING: 5, Part.LEARNED: 33}


def question(text: str, *answers: str) -> AnswerQuestion:
    return AnswerQuestion("q", text, "p", "Canteen", answers, Part.LEARNED)


def test_the_table_counts_what_is_answered_and_what_is_right() -> None:
    outcomes = [
        Outcome(question("When?", "11:30"), Confidence.HIGH, is_right=True),
        Outcome(question("Who?", "Ms Berg"), None, is_right=False),
        Outcome(question("Why?"), Confidence.HIGH, is_right=False),
        Outcome(question("Where?"), None, is_right=False),
    ]

    lines = table(outcomes).splitlines()

    assert lines[2:4] == ["| with an answer | 2 | 50.0% | 50.0% |", "| without one | 2 | 50.0% | |"]
    assert "| high | 2 | 50.0% | 100.0% |" in lines


def test_examples_hold_the_answer_or_say_that_there_is_none() -> None:
    read = read_plain_bert(bundled_model())
    assert read is not None
    tokenizer = read[1]
    tokenizer.no_padding()
    tokenizer.no_truncation()
    paragraphs = {
        "p": {"title": "Canteen", "text": "The canteen opens at 11:30. Mr Olsen and Ms Berg run it."}
    }
    asked = [question("When does it open?", "11:30"), question("Who painted it?")]

    for example in ExampleMaker(tokenizer, paragraphs, asked).asked(seed=1):
        text = tokenizer.decode(example.ids[example.begin : example.begin + example.length])
        answers = [
            tokenizer.decode(example.ids[example.begin + first : example.begin + last + 1])
            for first, last in example.spans
        ]
        is_answerable = "when does it open" in tokenizer.decode(example.ids)
        assert "11 : 30" in text
        assert answers == (["11 : 30"] if is_answerable else [])


def test_what_is_trained_is_what_is_read(tmp_path: Path) -> None:
    torch.manual_seed(1)
    ids, begin = [101, 2040, 3216, 102, 5796, 15214, 3216, 2009, 102], 4
    trained, read = read_plain_bert(bundled_model()), read_plain_bert(bundled_model())
    assert trained is not None
    assert read is not None
    reader = TrainedReader(trained[0][0].auto_model).eval()
    with torch.no_grad():
        for name, parameter in reader.named_parameters():
            if name.endswith((".up", "token_type_embeddings.weight")):
                parameter.normal_(std=0.02)
    save_file(reader.learned(), tmp_path / "changes.safetensors")

    model: Any = read[0]
    heads = change(model[0].auto_model, tmp_path / "changes.safetensors")
    with torch.inference_mode():
        states = LeanBert(model).pair_states(ids, begin)
        mask, kinds = (
            torch.ones(1, len(ids), dtype=torch.bool),
            torch.tensor([[0] * begin + [1] * (len(ids) - begin)]),
        )
        starts, _, none, _ = reader(torch.tensor([ids]), mask, kinds)
        found = torch.nn.functional.linear(states, heads["ends.weight"], heads["ends.bias"])[:, 0]

    assert torch.allclose(found, starts[0], atol=0.05)
    assert torch.allclose(states[0] @ heads["none.weight"][0] + heads["none.bias"], none, atol=0.05)
