"""The pieces of `make demo`: services ended by pid, free ports, the configuration, the scripts."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from examples.demo import __main__ as demo
from examples.demo.service import Service, process_start
from examples.intranet.board import Board
from examples.intranet.server import DEFAULT_PASSWORDS
from settings.load import load_settings
from settings.tuning.files import check_files
from tests.support.intranet import REPOSITORY

SLEEPER = [sys.executable, "-c", "import time; print('up', flush=True); time.sleep(600)"]
STUBBORN = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    "print('up', flush=True); time.sleep(600)",
]


def wait_until_gone(service: Service) -> None:
    for _ in range(1000):
        if not is_running(service):
            return
        time.sleep(0.01)
    pytest.fail("the service still runs")


def is_running(service: Service) -> bool:
    return service.port is not None


def wait_for_output(service: Service) -> None:
    for _ in range(1000):
        if service.log.read_text():
            return
        time.sleep(0.01)
    pytest.fail("the service printed nothing")


def test_a_service_runs_until_it_is_stopped(tmp_path: Path) -> None:
    service = Service("sleeper", tmp_path / "with space")
    service.start(SLEEPER, 4711, {})
    wait_for_output(service)
    assert service.port == 4711
    assert service.stop()
    assert not is_running(service)
    assert not service.stop()


def test_a_service_that_ignores_the_signal_is_ended_by_force(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("examples.demo.service.STOP_SECONDS", 0.2)
    service = Service("stubborn", tmp_path)
    service.start(STUBBORN, 1, {})
    wait_for_output(service)
    service.stop()
    wait_until_gone(service)


def test_another_process_with_the_same_pid_is_left_alone(tmp_path: Path) -> None:
    service = Service("intranet", tmp_path)
    (tmp_path / "intranet.json").write_text(f'{{"pid": {os.getpid()}, "began": "long ago", "port": 1}}')
    assert service.port is None
    assert not service.stop()
    assert process_start(os.getpid()) is not None


def test_a_process_that_ended_has_no_start() -> None:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    assert process_start(process.pid) is None


def test_taken_ports_are_passed_over(free_port: int) -> None:
    with socket.create_server(("127.0.0.1", free_port)):
        assert demo.free_ports(free_port, 1) > free_port


def test_the_demo_runs_on_other_ports_and_below_its_own_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo, "CONFIGURATION", tmp_path / "connectors.yaml")
    demo.write_configuration(8201)
    settings = load_settings(tmp_path / "connectors.yaml", DEFAULT_PASSWORDS)
    assert settings.store.directory == tmp_path / "data"
    assert settings.store.database == f"sqlite:///{tmp_path}/data/catalog.db"
    assert settings.connector("wiki").seeds == ("http://127.0.0.1:8202/",)
    assert "810" not in (tmp_path / "connectors.yaml").read_text().partition("version:")[2]
    tuned = list(check_files(settings.search))
    assert [(file.path.parent, file.faults) for file in tuned] == [(tmp_path / "tuning", ())] * 3
    assert all("810" not in file.path.read_text() for file in tuned)


def test_the_demo_shows_strangers_only_the_open_part_of_the_wiki() -> None:
    settings = load_settings(demo.EXAMPLE, DEFAULT_PASSWORDS)
    open_part, rest = settings.connector("wiki").access
    assert (open_part.match, open_part.allow) == ("/open/", ("everyone",))
    assert "everyone" not in rest.allow


STATUS = 4


def test_the_questions_of_the_demo_are_answered_by_public_pages_that_exist() -> None:
    for _, site, path in demo.QUESTIONS:
        if site == STATUS:
            assert Board.read().incident(path.removeprefix("/incidents/"))
        else:
            folder = REPOSITORY / "examples/intranet/sites" / ("handbook", "wiki")[site]
            assert (folder / f"{path[1:]}.md").is_file()
            assert site == 0 or path.startswith("/open/")


def test_a_service_that_dies_is_told_with_the_end_of_its_log(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    service = Service("search-api", tmp_path)
    service.start([sys.executable, "-c", "raise SystemExit('the port is haunted')"], 1, {})
    with pytest.raises(SystemExit):
        demo.wait_until(service, lambda: False)
    assert "search-api did not come up." in capsys.readouterr().err
    assert "the port is haunted" in service.log.read_text()


def test_stopping_a_demo_that_does_not_run_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(demo, "FOLDER", tmp_path)
    assert demo.main(["stop"]) == 0
    assert capsys.readouterr().out == "The demo was not running.\n"


# --- the scripts behind the Makefile


def test_an_old_python_is_told_what_is_needed(tmp_path: Path) -> None:
    shutil.copytree(REPOSITORY / "scripts", tmp_path / "scripts")
    for name in ("python3", "python3.11", "python3.12", "python3.13"):
        fake = tmp_path / name
        fake.write_text('#!/bin/sh\n[ "$1" = --version ] && echo Python 3.9.2 && exit 0\nexit 1\n')
        fake.chmod(0o755)
    answer = subprocess.run(
        ["scripts/environment"],
        cwd=tmp_path,
        env={"PATH": f"{tmp_path}:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 1
    assert "Sitelore needs Python 3.11 or newer; here is Python 3.9.2." in answer.stderr
    assert not (tmp_path / ".venv").exists()


def test_packages_that_are_there_are_not_installed_again() -> None:
    if not shutil.which("dpkg-query"):
        pytest.skip("dpkg is not installed")
    answer = subprocess.run(
        ["scripts/system-packages", "dpkg"], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    assert answer.stdout + answer.stderr == ""


def test_without_apt_a_missing_package_is_told_and_nothing_fails(tmp_path: Path) -> None:
    for name in ("id", "grep"):
        (tmp_path / name).symlink_to(shutil.which(name) or "")
    answer = subprocess.run(
        ["/bin/sh", "scripts/system-packages", "no-such-package"],
        cwd=REPOSITORY,
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert answer.stderr.startswith("Not installed: no-such-package. What needs it")


# --- python -m examples.intranet


def test_a_taken_port_is_named(free_port: int) -> None:
    with socket.create_server(("127.0.0.1", free_port)):
        answer = subprocess.run(
            [sys.executable, "-m", "examples.intranet", "--ports", f"{free_port},0,0,0,0,0"],
            cwd=REPOSITORY,
            capture_output=True,
            text=True,
            check=False,
        )
    assert answer.returncode == 1
    assert answer.stderr.startswith(f"The sample intranet cannot start: port {free_port}: Address already")


def test_too_few_ports_are_refused() -> None:
    answer = subprocess.run(
        [sys.executable, "-m", "examples.intranet", "--ports", "8101,8102"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 2
    assert (
        "--ports takes one 0 or 6 ports: handbook, wiki, portal, finance, status, identity" in answer.stderr
    )
