"""`python -m examples.intranet`: serve the sample company until interrupted."""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Mapping, Sequence

from examples.intranet.server import HOST, SITES, serve


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the options and serve; 1 when a port is taken."""
    options = _parser().parse_args(arguments)
    ports = options.ports or [options.port_base + number for number in range(len(SITES))]
    if ports == [0]:
        ports = [0] * len(SITES)
    if len(ports) != len(SITES):
        print(f"--ports takes one 0 or {len(SITES)} ports: {', '.join(SITES)}", file=sys.stderr)
        return 2
    try:
        announce = _announce_json if options.print_ports else _announce
        asyncio.run(serve(ports, announce, until_eof=options.until_eof))
    except OSError as error:
        print(
            f"The sample intranet cannot start: {error.strerror}. Try another --port-base.", file=sys.stderr
        )
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m examples.intranet", description=__doc__)
    parser.add_argument("--port-base", type=int, default=8101, help="the first of six ports in a row (8101)")
    parser.add_argument(
        "--ports",
        type=lambda text: [int(port) for port in text.split(",")],
        help=f"{','.join(SITES)}; 0: any",
    )
    parser.add_argument("--print-ports", action="store_true", help="print the ports as JSON once they answer")
    parser.add_argument("--until-eof", action="store_true", help="end when standard input is closed")
    return parser


def _announce_json(ports: Mapping[str, int]) -> None:
    print(json.dumps(ports), flush=True)


def _announce(ports: Mapping[str, int]) -> None:
    for site, port in ports.items():
        print(f"{site:9} http://{HOST}:{port}/", flush=True)


if __name__ == "__main__":
    sys.exit(main())
