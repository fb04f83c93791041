"""A background process that outlives its starter and is ended by its pid, and by nothing but that."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

STOP_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Service:
    """A named process; `folder` keeps NAME.json (pid, when it began, its port) and NAME.log."""

    name: str
    folder: Path

    @property
    def log(self) -> Path:
        return self.folder / f"{self.name}.log"

    @property
    def port(self) -> int | None:
        """The port under which the running process was started; None when it does not run."""
        record = self._record()
        return int(record["port"]) if record else None

    def start(self, command: Sequence[str], port: int, environment: Mapping[str, str]) -> None:
        """Start `command`, its program as a path, in a session of its own, its output in the log."""
        self.folder.mkdir(parents=True, exist_ok=True)
        to_log = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        # Not subprocess.Popen: that warns when its owner leaves before the child, as is meant here.
        pid = os.posix_spawn(
            command[0],
            list(command),
            {**os.environ, **environment},
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                (os.POSIX_SPAWN_OPEN, 1, str(self.log), to_log, 0o600),
                (os.POSIX_SPAWN_DUP2, 1, 2),
            ],
            setsid=True,
        )
        record = {"pid": pid, "began": process_start(pid), "port": port}
        self._file.write_text(json.dumps(record))

    def stop(self) -> bool:
        """End the process, by force after 15 seconds; False when it was not running."""
        record = self._record()
        if record is not None:
            os.kill(int(record["pid"]), signal.SIGTERM)
            deadline = time.monotonic() + STOP_SECONDS
            while self._record() and time.monotonic() < deadline:
                time.sleep(0.05)
            if self._record():
                os.kill(int(record["pid"]), signal.SIGKILL)
        self._file.unlink(missing_ok=True)
        return record is not None

    @property
    def _file(self) -> Path:
        return self.folder / f"{self.name}.json"

    def _record(self) -> Mapping[str, str | int] | None:
        """What was noted at the start, if that very process still runs: pids are given out again."""
        try:
            record: Mapping[str, str | int] = json.loads(self._file.read_text())
        except FileNotFoundError:
            return None
        return record if process_start(int(record["pid"])) == record["began"] else None


def process_start(pid: int) -> str | None:
    """When the process began, in whatever notation the system has; None when there is none (or a zombie)."""
    if Path("/proc/self/stat").exists():
        try:
            stat = Path(f"/proc/{pid}/stat").read_text()
        except (FileNotFoundError, ProcessLookupError):
            return None
        fields = stat.rpartition(")")[2].split()  # the name before it may hold spaces (proc(5))
        return None if fields[0] == "Z" else fields[19]
    answer = subprocess.run(
        ["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return answer.stdout.strip() or None
