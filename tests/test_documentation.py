"""What the documentation says is true: commands exist, links lead somewhere, its configuration is valid."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from settings.load import load_settings

REPOSITORY = Path(__file__).resolve().parents[1]
GUIDES = [
    REPOSITORY / "docs" / f"{name}.md"
    for name in (
        "logins",
        "javascript",
        "changes",
        "durability",
        "sync",
        "starts",
        "indexing",
        "access",
        "alerts",
    )
]
DOCUMENTS = [REPOSITORY / name for name in ("README.md", "CHANGELOG.md", "docs/index.md")] + GUIDES
README = DOCUMENTS[0].read_text(encoding="utf-8")
COMMAND = re.compile(r"(?:^|`|/)((?:crawler|indexer|search-api) [a-z][a-z-]+)", re.MULTILINE)
WRITTEN_LATER = {"docs/performance.md", "performance.md"}  # by `make bench`


def readme_commands() -> list[str]:
    """Every `command subcommand` that stands in a code block or between back-ticks."""
    return sorted(set(COMMAND.findall(README)))


def test_the_readme_shows_the_commands_of_all_three_programs() -> None:
    assert {command.split()[0] for command in readme_commands()} == {"crawler", "indexer", "search-api"}


@pytest.mark.parametrize("command", readme_commands())
def test_a_command_of_the_readme_exists(command: str) -> None:
    program, subcommand = command.split()
    executable = Path(sys.executable).parent / program
    answer = subprocess.run(
        [executable, subcommand, "--help"], capture_output=True, text=True, check=False, cwd=REPOSITORY
    )
    assert answer.returncode == 0, answer.stderr
    assert "Usage" in answer.stdout


def test_a_make_target_of_the_readme_exists() -> None:
    targets = set(re.findall(r"make ([a-z][a-z-]+)", README))
    defined = set(re.findall(r"^([a-z-]+):", (REPOSITORY / "Makefile").read_text(), re.MULTILINE))
    assert {"demo", "demo-stop", "test", "lint", "bench"} <= targets <= defined


def test_the_first_configuration_of_the_readme_is_valid(tmp_path: Path) -> None:
    block = re.search(r"```yaml\n(.*?)```", README, re.DOTALL)
    assert block
    (tmp_path / "connectors.yaml").write_text(block[1], encoding="utf-8")
    settings = load_settings(tmp_path / "connectors.yaml", {"INTRANET_PASSWORD": "a secret"})
    assert settings.connector("intranet").access[0].allow == ("group:hr",)


def examples(guide: Path) -> list[str]:
    """The configurations that a guide shows."""
    return re.findall(r"```yaml\n(.*?)```", guide.read_text("utf-8"), re.DOTALL)


@pytest.mark.parametrize("example", [example for guide in GUIDES for example in examples(guide)])
def test_every_example_of_a_guide_is_a_valid_configuration(tmp_path: Path, example: str) -> None:
    (tmp_path / "connectors.yaml").write_text(example, encoding="utf-8")
    secrets = dict.fromkeys(re.findall(r"\$\{env:([A-Z_]+)\}", example), "a secret")
    assert load_settings(tmp_path / "connectors.yaml", secrets).connectors


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.name))
def test_relative_links_lead_to_files(document: Path) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", document.read_text(encoding="utf-8"))
    missing = {link for link in links if not (document.parent / link).exists()}
    assert missing <= WRITTEN_LATER


def test_every_folder_of_the_map_exists() -> None:
    folders = re.findall(r"^\| `([a-z_/]+)/` \|", DOCUMENTS[2].read_text(encoding="utf-8"), re.MULTILINE)
    assert len(folders) >= 10
    assert not [folder for folder in folders if not (REPOSITORY / folder).is_dir()]


def normal(name: str) -> str:
    """A distribution's name as PEP 503 compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def test_everything_that_is_declared_for_make_is_pinned() -> None:
    pins = (REPOSITORY / "constraints.txt").read_text().splitlines()
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    declared = [*project["dependencies"], *extras["test"], *extras["bench"]]
    names = {normal(re.split(r"[\[<>=~!; ]", requirement)[0]) for requirement in declared}
    assert not names - {normal(pin.partition("==")[0]) for pin in pins}
    assert "torch==2.13.0" in pins  # without +cpu: the index decides which build fits
