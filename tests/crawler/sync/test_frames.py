"""Messages over a wire that cuts them anywhere."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from crawler.sync.frames import FrameBuffer, pack_frame

messages = st.recursive(st.none() | st.text() | st.binary() | st.integers(), st.lists, max_leaves=5)


@given(st.lists(messages, max_size=6), st.lists(st.integers(1, 40), min_size=1))
def test_messages_arrive_whole_and_in_order_however_they_are_cut(sent: list[object], cuts: list[int]) -> None:
    wire = b"".join(pack_frame(message) for message in sent)
    buffer, received, position, turn = FrameBuffer(), [], 0, 0
    while position < len(wire):
        size = cuts[turn % len(cuts)]
        received += list(buffer.feed(wire[position : position + size]))
        position, turn = position + size, turn + 1
    assert received == sent


def test_a_message_that_is_not_complete_waits() -> None:
    frame = pack_frame("complete")
    buffer = FrameBuffer()
    assert list(buffer.feed(frame[:-1])) == []
    assert list(buffer.feed(frame[-1:])) == ["complete"]
