"""`python -m examples.demo start|stop`: what `make demo` and `make demo-stop` do."""

from __future__ import annotations

import argparse
import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import NoReturn

from examples.demo.service import Service
from examples.intranet.server import DEFAULT_PASSWORDS, HOST, SITES

REPOSITORY = Path(__file__).resolve().parents[2]
FOLDER = REPOSITORY / ".demo"
CONFIGURATION = FOLDER / "connectors.yaml"
EXAMPLE = REPOSITORY / "examples" / "intranet" / "connectors.yaml"
EXAMPLE_PORT = 8101
SEARCH_PORT = 8000
READY_SECONDS = 120.0
INCOMPLETE = 3  # an exit code of `crawler sync`: something was reached only in part

QUESTIONS = (
    ("How many days of holiday do I get, and what happens to unused ones?", 0, "/people/holidays"),
    ("What do I do when my laptop is stolen?", 0, "/security/lost-devices"),
    ("How many requests an hour may I send to Rookery?", 1, "/open/api"),
    ("How many messages an hour may one buoy send?", 4, "/incidents/2026-08-19-late-warnings"),
)
"""What to try: the question, the site's number, and the page that answers it."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Start or stop; 1 with a message when something does not come up."""
    parser = argparse.ArgumentParser(prog="python -m examples.demo", description=__doc__)
    parser.add_argument("action", choices=("start", "stop"))
    intranet, search = Service("intranet", FOLDER), Service("search-api", FOLDER)
    if parser.parse_args(arguments).action == "stop":
        stopped = [service.name for service in (search, intranet) if service.stop()]
        print(f"Stopped: {', '.join(stopped)}." if stopped else "The demo was not running.")
        return 0
    base = start_intranet(intranet)
    write_configuration(base)
    crawl()
    port = start_search(search)
    print_invitation(base, port)
    return 0


def start_intranet(service: Service) -> int:
    """Serve the sample sites, unless they are served already; the first of their ports."""
    if running := service.port:
        return running
    base = free_ports(EXAMPLE_PORT, len(SITES))
    service.start([sys.executable, "-m", "examples.intranet", "--port-base", str(base)], base, {})
    wait_until(service, lambda: all(not is_free(base + number) for number in range(len(SITES))))
    return base


def write_configuration(base: int) -> None:
    """Copy the example's connectors.yaml and its tuning files to .demo/, with the ports and paths there."""
    for file in (EXAMPLE, *sorted(EXAMPLE.parent.glob("tuning/*"))):
        text = file.read_text(encoding="utf-8").replace("../../.demo/", "")
        for number in range(len(SITES)):
            text = text.replace(f"{HOST}:{EXAMPLE_PORT + number}", f"{HOST}:{base + number}")
        copy = CONFIGURATION.parent / file.relative_to(EXAMPLE.parent)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(text, encoding="utf-8")


def crawl() -> None:
    """Run `crawler sync`; an incomplete run is told and the demo goes on."""
    command = [console_command("crawler"), "sync", "--mode", "full", "--config", str(CONFIGURATION)]
    code = subprocess.run(command, env=environment(), check=False).returncode
    if code == INCOMPLETE:
        print("The crawl is incomplete (see above); what was found can be searched.", file=sys.stderr)
    elif code != 0:
        give_up(f"`crawler sync` ended with {code}.")


def start_search(service: Service) -> int:
    """Start the search service, unless it runs already; its port once it is ready."""
    port = service.port
    if port is None:
        port = free_ports(SEARCH_PORT, 1)
        if port != SEARCH_PORT:
            print(f"Port {SEARCH_PORT} is taken: the search page is on {port}.", file=sys.stderr)
        command = [
            console_command("search-api"),
            "serve",
            "--config",
            str(CONFIGURATION),
            "--port",
            str(port),
        ]
        service.start(command, port, environment())
    chosen = port
    wait_until(service, lambda: is_ready(chosen))
    return port


def print_invitation(base: int, port: int) -> None:
    """Where the page is, what to ask, and how to end it all."""
    print(f"\nThe search page: http://{HOST}:{port}/")
    print(f"The sample company: http://{HOST}:{base}/\n\nQuestions to try:")
    for question, site, path in QUESTIONS:
        print(f"  {question}\n      answered by http://{HOST}:{base + site}{path}")
    print("\n`make demo-stop` ends it.")


def wait_until(service: Service, condition: Callable[[], bool]) -> None:
    """Wait until the condition holds; give up when the service ends or takes more than two minutes."""
    deadline = time.monotonic() + READY_SECONDS
    while not condition():
        if service.port is None or time.monotonic() > deadline:
            tail = "\n".join(service.log.read_text(errors="replace").splitlines()[-20:])
            give_up(f"{service.name} did not come up. The end of {service.log}:\n{tail}")
        time.sleep(0.1)


def is_ready(port: int) -> bool:
    """Whether the search service answers 200 to /readyz."""
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def free_ports(first: int, count: int) -> int:
    """The first of `count` free ports in a row: `first`, or that a hundred (and more hundreds) higher."""
    candidates = range(first, first + 5000, 100)
    free = (base for base in candidates if all(is_free(base + number) for number in range(count)))
    found = next(free, None)
    if found is None:
        give_up(f"No {count} free ports in a row were found from {first} on.")
    return found


def is_free(port: int) -> bool:
    """Whether nobody listens on the loopback port."""
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) != 0


def console_command(name: str) -> str:
    """The path of one of Sitelore's commands in this environment."""
    return str(Path(sys.executable).parent / name)


def environment() -> dict[str, str]:
    """The environment with the sample sites' passwords, where they are not set."""
    return {**DEFAULT_PASSWORDS, **os.environ}


def give_up(message: str) -> NoReturn:
    """End with a message and exit code 1."""
    print(message, file=sys.stderr)
    sys.exit(1)


if __name__ == "__main__":
    sys.exit(main())
