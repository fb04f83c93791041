"""A server that speaks OpenAI's protocol for transcriptions, and hears what a file's own bytes spell."""

from __future__ import annotations

import email
import email.policy
import http.server
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

MP3 = b"ID3\x04" + bytes(6)
"""How a file begins that says something here; its words follow, a line for every 20 seconds."""


@dataclass
class Ears:
    """What the server does, and the form of each request so far. `statuses` are answered first."""

    statuses: list[int] = field(default_factory=list)
    knows_times: bool = True
    address: str = ""
    forms: list[dict[str, str]] = field(default_factory=list)


@contextmanager
def serve_transcriptions(key: str = "") -> Iterator[Ears]:
    """Serve until the block ends, at `address`."""
    ears = Ears()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            head = f"content-type: {self.headers['content-type']}\r\n\r\n".encode()
            parts = email.message_from_bytes(head + body, policy=email.policy.default)
            form, heard = {"path": self.path}, b""
            for part in parts.iter_parts():
                assert isinstance(part, EmailMessage)
                payload = part.get_payload(decode=True)
                assert isinstance(payload, bytes)
                name = str(part.get_param("name", header="content-disposition"))
                if name == "file":
                    form |= {"name": str(part.get_filename()), "type": part.get_content_type()}
                    heard = payload
                else:
                    form[name] = payload.decode()
            ears.forms.append(form)
            self._answer(heard, form)

        def _answer(self, heard: bytes, form: dict[str, str]) -> None:
            if key and self.headers["authorization"] != f"Bearer {key}":
                return self._send(401, {"error": {"message": "Incorrect API key provided"}})
            if ears.statuses:
                return self._send(ears.statuses.pop(0), {"error": {"message": "as was asked for"}})
            with_times = form["response_format"] == "verbose_json"
            if with_times and not ears.knows_times:
                return self._send(400, {"error": {"message": "response_format is not supported"}})
            lines = heard.removeprefix(MP3).decode().splitlines()
            answer: dict[str, Any] = {"text": " ".join(lines)}
            if with_times:
                answer["language"] = "english"
                answer["segments"] = [{"start": 20.0 * n, "text": f" {line}"} for n, line in enumerate(lines)]
            return self._send(200, answer)

        def _send(self, status: int, answer: dict[str, Any]) -> None:
            body = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    ears.address = f"http://127.0.0.1:{server.server_address[1]}/v1"
    try:
        yield ears
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
