"""What may stand of a written answer."""

import pytest

from search_api.ask.checking import CheckedAnswer, checked
from search_api.ask.passages import NumberedPassage

PASSAGES = tuple(
    NumberedPassage(number, f"d{number}", title, f"https://x.example/{number}", None, None, text)
    for number, (title, text) in enumerate(
        [
            (
                "Parental leave",
                "Each parent has 90 days of paid leave. It can be taken until the child is eight.",
            ),
            ("Travel", "Trips by plane are approved by the head of the department."),
        ],
        1,
    )
)


@pytest.mark.parametrize(
    ("written", "text", "cited"),
    [
        ("Each parent has 90 days of leave [1].", "Each parent has 90 days of leave [1].", (1,)),
        ("Each parent has 90 days of leave. [1]", "Each parent has 90 days of leave [1].", (1,)),
        ("Each parent has 90 days of leave【1】.", "Each parent has 90 days of leave [1].", (1,)),
        ("Each parent has 90 days of leave.", "Each parent has 90 days of leave [1].", (1,)),
        ("Parents have 90 days [1, 7]. The department's head approves planes [2].",
         "Parents have 90 days [1]. The department's head approves planes [2].", (1, 2)),
        ("- 90 days of leave [1]\n- planes: head of department [2]",
         "- 90 days of leave [1]\n- planes: head of department [2]", (1, 2)),
    ],
)  # fmt: skip
def test_what_the_cited_passages_say_stands(written: str, text: str, cited: tuple[int, ...]) -> None:
    assert checked(written, PASSAGES) == CheckedAnswer(text, cited)


@pytest.mark.parametrize(
    "written",
    [
        "Each parent has 120 days of leave [1].",  # another number
        "Dogs are welcome in all offices on Fridays [1].",  # not said anywhere
        "Each parent has 90 days of leave [2].",  # said elsewhere than it claims
        "The moon is made of cheese.",
        "[1]",
        "",
    ],
)
def test_what_no_passage_says_is_dropped(written: str) -> None:
    assert checked(written, PASSAGES).text == ""


def test_the_rest_of_an_answer_stands_without_what_was_made_up() -> None:
    found = checked("Each parent has 90 days of leave [1]. Dogs are welcome in offices [1].", PASSAGES)

    assert found == CheckedAnswer("Each parent has 90 days of leave [1].", (1,), dropped=1)


@pytest.mark.parametrize("written", ["I don't know.", "I do not know", "Sorry, I don’t know that [1]."])
def test_a_model_that_does_not_know_is_believed(written: str) -> None:
    assert checked(written, PASSAGES) == CheckedAnswer()
