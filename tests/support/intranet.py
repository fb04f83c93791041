"""The sample intranet as a process of its own, on ports that the system chose."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
CONNECTORS = REPOSITORY / "examples" / "intranet" / "connectors.yaml"


@dataclass(frozen=True, slots=True)
class Intranet:
    """Where the sample sites answer: `http://127.0.0.1:PORT` without a slash at the end."""

    handbook: str
    wiki: str
    portal: str
    finance: str
    status: str
    identity: str
    wiki_password: str = "tern-and-tide"
    portal_password: str = "salt-marsh-9"
    finance_password: str = "ledger-of-gulls"

    def write_configuration(self, folder: Path) -> Path:
        """Put the example's connectors.yaml and its tuning files below `folder`; the path of the former."""
        for file in (CONNECTORS, *sorted(CONNECTORS.parent.glob("tuning/*"))):
            copy = folder / file.relative_to(CONNECTORS.parent)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_text(self.configuration(file).replace("../../.demo/", ""), encoding="utf-8")
        return folder / CONNECTORS.name

    def configuration(self, template: Path = CONNECTORS) -> str:
        """The text of a file of the example with these ports instead of 8101 to 8106."""
        text = template.read_text(encoding="utf-8")
        sites = (self.handbook, self.wiki, self.portal, self.finance, self.status, self.identity)
        for number, address in enumerate(sites):
            text = text.replace(f"127.0.0.1:{8101 + number}", address.removeprefix("http://"))
        return text


@contextmanager
def serve_intranet() -> Iterator[Intranet]:
    """Run `python -m examples.intranet` until the block ends; its passwords are the demo's."""
    command = [sys.executable, "-m", "examples.intranet", "--ports", "0", "--print-ports", "--until-eof"]
    # An empty environment: the passwords are the defaults, whatever the developer has set.
    process = subprocess.Popen(
        command, cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={}
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        if not line:
            raise RuntimeError(f"the sample intranet ended with {process.wait()} before it was ready")
        ports: Mapping[str, int] = json.loads(line)
        yield Intranet(**{site: f"http://127.0.0.1:{port}" for site, port in ports.items()})
    finally:
        process.stdin.close()
        process.wait(timeout=20)
        process.stdout.close()
