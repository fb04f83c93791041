"""Audio and video become text by a server that speaks OpenAI's protocol; a real one over loopback."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from catalog.vocabulary import Reason
from crawler.outcome import Failed, FileFetched, Refused
from crawler.sync.transcribing import Transcriber
from extract.files.transcript import Segment, Transcript
from extract.page import Page, Unreadable
from extract.read import read
from extract.rules import DEFAULT_RULES
from settings.secrets import Secret
from settings.services import TranscriptionSettings
from tests.support.ports import refusing_port
from tests.support.transcription_server import MP3, Ears, serve_transcriptions

URL = "https://wiki.test/talks/Opening%20day.mp3"
TALK = FileFetched(MP3 + b"Welcome to the harbour.\nThe crane lifts\nninety tons.", 200, "audio/mpeg", {}, 5)


@pytest.fixture
def ears() -> Iterator[Ears]:
    with serve_transcriptions(key="sesame") as server:
        yield server


def transcriber(address: str, key: str | None = "sesame") -> Transcriber:
    secret = None if key is None else Secret(key)
    return Transcriber(TranscriptionSettings(url=address, model="whisper-1", api_key=secret), pause=0.0)


async def heard(ears: Ears) -> Transcript | Refused | Failed:
    return await transcriber(ears.address).transcript(URL, TALK)


async def test_what_is_said_comes_with_its_seconds(ears: Ears) -> None:
    found = await heard(ears)
    assert found == Transcript(
        (
            Segment(0.0, " Welcome to the harbour."),
            Segment(20.0, " The crane lifts"),
            Segment(40.0, " ninety tons."),
        ),
        "english",
    )
    assert ears.forms == [
        {
            "path": "/v1/audio/transcriptions",
            "model": "whisper-1",
            "response_format": "verbose_json",
            "name": "Opening day.mp3",
            "type": "audio/mpeg",
        }
    ]


async def test_a_transcript_becomes_a_document_that_opens_at_the_second(ears: Ears) -> None:
    found = await heard(ears)
    assert isinstance(found, Transcript)
    page = read(TALK.body, url=URL, headers={}, rules=DEFAULT_RULES, transcript=found)
    assert isinstance(page, Page)
    assert [(block.text, block.anchor) for block in page.blocks] == [
        ("Welcome to the harbour. The crane lifts", "t=0"),
        ("ninety tons.", "t=40"),
    ]
    assert (page.title, page.fields["file_type"]) == ("Opening day.mp3", "mp3")


async def test_a_model_that_tells_no_seconds_is_asked_for_the_words_alone(ears: Ears) -> None:
    ears.knows_times = False
    found = await heard(ears)
    assert found == Transcript((Segment(0.0, "Welcome to the harbour. The crane lifts ninety tons."),))


async def test_a_server_that_is_busy_is_asked_again(ears: Ears) -> None:
    ears.statuses = [503, 429]
    assert isinstance(await heard(ears), Transcript)


@pytest.mark.parametrize(
    ("status", "reason", "words"),
    [
        (413, Reason.TOO_LARGE, "the transcription server answered 413: as was asked for"),
        (415, Reason.UNSUPPORTED_TYPE, "the transcription server answered 415: as was asked for"),
    ],
)
async def test_a_file_that_the_server_will_not_take_is_refused(
    ears: Ears, status: int, reason: Reason, words: str
) -> None:
    ears.statuses = [status]
    assert await heard(ears) == Refused(reason, words)


async def test_a_wrong_key_fails_and_is_not_named(ears: Ears) -> None:
    found = await transcriber(ears.address, "guessed").transcript(URL, TALK)
    assert isinstance(found, Failed)
    assert found.reason is Reason.TRANSCRIPTION_FAILED
    assert found.detail == "the transcription server 127.0.0.1 answered 401: Incorrect API key provided"


async def test_a_server_that_is_gone_fails_so_that_the_next_run_asks_again() -> None:
    found = await transcriber(f"http://127.0.0.1:{refusing_port()}/v1").transcript(URL, TALK)
    assert isinstance(found, Failed)
    assert found.detail == "the transcription server 127.0.0.1 refused the connection"


def test_without_a_server_audio_is_refused_with_what_would_help() -> None:
    found = read(TALK.body, url=URL, headers={}, rules=DEFAULT_RULES)
    assert isinstance(found, Unreadable)
    assert found.reason is Reason.UNSUPPORTED_TYPE
    assert (
        found.detail == "no text is read from audio/mpeg unless `transcription` names a server that hears it"
    )
