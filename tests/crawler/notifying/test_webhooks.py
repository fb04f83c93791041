"""Messages to webhooks: tried again where that may help, capped in time, and silent about the address."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest

from crawler.fetch.tls import HTTP_1, tls_context
from crawler.notifying.webhooks import MOST_TRIES, post_all
from settings.secrets import Secret
from tests.support.certificates import Authority
from tests.support.ports import refusing_port
from tests.support.webhook import serve_webhook

BODY = {"event": "run_ended", "text": "Sitelore: all is well."}
TRUST_NOBODY = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


async def post(*urls: str, seconds: float = 10.0) -> tuple[str, ...]:
    return await post_all([Secret(url) for url in urls], [BODY], TRUST_NOBODY, seconds=seconds, pause=0.01)


async def test_a_body_is_posted_as_json() -> None:
    with serve_webhook() as hook:
        assert await post(hook.url()) == ()
    (told,) = hook.told
    assert told.path == "/secret-path"
    assert told.body == BODY
    assert told.headers["content-type"] == "application/json"
    assert told.headers["user-agent"] == "Sitelore"


@pytest.mark.parametrize("status", [500, 502, 503, 429, 408])
async def test_a_passing_trouble_is_tried_again(status: int) -> None:
    with serve_webhook(status, 204) as hook:
        assert await post(hook.url()) == ()
    assert len(hook.told) == 2


async def test_a_webhook_that_stays_in_trouble_is_a_sentence() -> None:
    with serve_webhook(503) as hook:
        assert await post(hook.url()) == ("`sync.notify[0]` (127.0.0.1) was not told: it answered 503",)
    assert len(hook.told) == MOST_TRIES


@pytest.mark.parametrize("status", [400, 401, 404, 410])
async def test_a_refusal_is_not_tried_again(status: int) -> None:
    with serve_webhook(status) as hook:
        (sentence,) = await post(hook.url())
    assert sentence.endswith(f"it answered {status}")
    assert len(hook.told) == 1


async def test_a_redirect_is_not_followed() -> None:
    with serve_webhook(307) as hook:
        (sentence,) = await post(hook.url())
    assert sentence.endswith("it answered 307, a redirect, which is not followed: write where it leads to")
    assert [told.path for told in hook.told] == ["/secret-path"]


async def test_one_that_never_answers_takes_no_longer_than_the_cap() -> None:
    with serve_webhook(200, delay=60) as hook:
        (sentence,) = await post(hook.url(), seconds=0.5)
    assert sentence.endswith("it gave no answer within 0.5 s, all tries together")


async def test_nobody_listening_is_a_sentence_without_the_path() -> None:
    (sentence,) = await post(f"http://127.0.0.1:{refusing_port()}/services/T0/secret-path?token=hidden")
    assert sentence == "`sync.notify[0]` (127.0.0.1) was not told: it refused the connection"


async def test_a_name_that_does_not_exist_is_a_sentence() -> None:
    (sentence,) = await post("http://hooks.invalid/secret-path")
    assert (
        sentence
        == "`sync.notify[0]` (hooks.invalid) was not told: it has a host name that could not be resolved"
    )


async def test_a_certificate_of_the_company_is_accepted_where_its_authority_is_named(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    with serve_webhook(certificate=authority.sign("hook")) as hook:
        (sentence,) = await post(hook.url())
        context = tls_context(str(authority.file), protocols=HTTP_1)
        assert await post_all([Secret(hook.url())], [BODY], context) == ()
    assert sentence.endswith("it has a certificate that is not accepted (see `tls.ca_file`)")
    assert len(hook.told) == 1


async def test_a_dead_webhook_keeps_no_other_from_being_told() -> None:
    with serve_webhook() as hook:
        (sentence,) = await post(f"http://127.0.0.1:{refusing_port()}/x", hook.url())
    assert sentence.startswith("`sync.notify[0]`")
    assert len(hook.told) == 1


async def test_the_address_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    with serve_webhook() as hook:
        await post(hook.url())
    assert "secret-path" not in caplog.text
