"""`python -m benchmarks.tours NAME`: run a tour's commands on real sites, print the guide with their output.

The tour is `NAME.md` beside this file. In it, a line that begins with `$ ` in a block marked `console` is run
by bash and followed by what it printed; a block marked `setup` is run and left out. `@MANUAL@` stands for the
address of a copy of the PostgreSQL manual that the tour may edit (folder `site/`), `@ODD@` for that of the
site in `odd_site`; the sample company's configuration is in the folder `intranet`.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

from benchmarks.tours.odd_site import OddSite
from examples.intranet.server import DEFAULT_PASSWORDS, HOST, SITES
from tests.support.static_site import serve_folder
from tests.support.trap_sites import serve_pages

REPOSITORY: Final = Path(__file__).resolve().parents[2]
TOURS: Final = {path.stem: path for path in Path(__file__).parent.glob("*.md")}
MANUAL: Final = Path("/usr/share/doc/postgresql-doc-15/html")
INTRANET: Final = REPOSITORY / "examples" / "intranet" / "connectors.yaml"
FIRST_PORT: Final = 8101  # in the sample company's own connectors.yaml
BLOCK: Final = re.compile(r"```(console|setup)\n(.*?)```\n", re.DOTALL)


def main() -> int:
    """Print the guide; 1 where the manual is missing."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.tours", description=__doc__)
    parser.add_argument("tour", choices=sorted(TOURS))
    text = TOURS[parser.parse_args().tour].read_text(encoding="utf-8")
    if not MANUAL.is_dir():
        print(f"{MANUAL} is missing: apt-get install postgresql-doc-15", file=sys.stderr)
        return 1
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sitelore-tour-")))
        shutil.copytree(MANUAL, folder / "site")
        site = stack.enter_context(serve_folder(folder / "site"))
        _write_intranet(folder / "intranet", stack.enter_context(_intranet()))
        odd = stack.enter_context(serve_pages(OddSite()))
        text = text.replace("@MANUAL@", site.url).replace("@ODD@", odd.origin)
        print(re.sub(BLOCK, lambda block: _performed(block[1], block[2], folder), text), end="")
    return 0


@contextmanager
def _intranet() -> Iterator[Mapping[str, int]]:
    """The sample company on free ports; these, by site."""
    command = [sys.executable, "-m", "examples.intranet", "--ports", "0", "--print-ports", "--until-eof"]
    with subprocess.Popen(
        command, cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        assert server.stdin is not None
        yield json.loads(server.stdout.readline())
        server.stdin.close()


def _write_intranet(folder: Path, ports: Mapping[str, int]) -> None:
    """The sample company's configuration, with the ports that hold here."""
    text = INTRANET.read_text(encoding="utf-8").replace("../../.demo/", "")
    for number, site in enumerate(SITES):
        text = text.replace(f"{HOST}:{FIRST_PORT + number}", f"{HOST}:{ports[site]}")
    folder.mkdir()
    (folder / "connectors.yaml").write_text(text, encoding="utf-8")


def _performed(kind: str, block: str, folder: Path) -> str:
    """The block with what its commands printed; nothing of a `setup`."""
    if kind == "setup":
        subprocess.run(["bash", "-euc", block], cwd=folder, env=_environment(), check=True)
        return ""
    shown = ""
    for line in block.splitlines():
        shown += f"{line}\n"
        if line.startswith("$ "):
            shown += _output(line.removeprefix("$ "), folder)
    return f"```console\n{shown}```\n"


def _output(command: str, folder: Path) -> str:
    """What a command prints on both streams, and its exit code where that is not 0."""
    answer = subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env=_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    lines = [line.rstrip() for line in answer.stdout.replace(str(folder), "/srv/tour").splitlines()]
    if answer.returncode:
        lines.append(f"(exit code {answer.returncode})")
    return "".join(f"{line}\n" for line in lines)


def _environment() -> Mapping[str, str]:
    """The commands of this virtual environment, a terminal's width, the sample company's passwords."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    return {**os.environ, **DEFAULT_PASSWORDS, "PATH": path, "COLUMNS": "110", "NO_COLOR": "1"}


if __name__ == "__main__":
    sys.exit(main())
