"""`python -m benchmarks.found_files`: one file of each format is crawled, and found by a question.

The files are served by a real web server, crawled by `crawler sync` with `ocr: true` and a transcription
server, and asked for by `search-api query`. The table that it makes replaces the one in docs/files.md. Needs
`../shared/suites/documents` and Debian's tesseract-ocr.
"""

from __future__ import annotations

import html
import io
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import openpyxl
import yaml

from tests.support.documents import FOLDER
from tests.support.made_files import mail, open_document, rich_text
from tests.support.static_site import serve_folder
from tests.support.transcription_server import MP3, serve_transcriptions

REPOSITORY: Final = Path(__file__).resolve().parents[1]
GUIDE: Final = REPOSITORY / "docs" / "files.md"
BEGIN: Final = "<!-- written by python -m benchmarks.found_files -->\n"
END: Final = "<!-- end -->\n"
SUITE: Final = FOLDER / "markitdown"


@dataclass(frozen=True, slots=True)
class Asked:
    """A file, what its format is called, and a question that it answers."""

    format: str
    name: str
    question: str
    body: bytes | None = None  # None: the suite's file of that name


def files() -> Iterator[Asked]:
    """One of each format: the suite's where it has one."""
    yield Asked(
        "PDF", "REPAIR-2022-INV-001_multipage.pdf", "repair order of the Jeep Grand Cherokee, sales tax"
    )
    yield Asked(
        "PDF, scanned", "MEDRPT-2024-PAT-3847_medical_report_scan.pdf", "patient with persistent headaches"
    )
    yield Asked("DOCX", "equations.docx", "the angle theta from the equation of the wavelength")
    yield Asked("PPTX", "test.pptx", "a nested shape with content in 2 shapes")
    yield Asked("XLS", "test.xls", "09060124-b5e7-4717-9d07-3c046eb")
    yield Asked("XLSX", "cranes.xlsx", "which crane lifts ninety tons", _workbook())
    yield Asked("CSV", "test_mskanji.csv", "佐藤太郎")
    yield Asked("EPUB", "test.epub", "a blockquote for testing in the second chapter")
    yield Asked("MSG", "test_outlook_msg.msg", "body of the test email message")
    yield Asked(
        "EML", "lunch.eml", "when is lunch on the quay", mail("Lunch", "Lunch on the quay is at noon.")
    )
    yield Asked(
        "ODT",
        "moorings.odt",
        "who assigns moorings",
        open_document("Moorings are assigned by the harbour master."),
    )
    yield Asked(
        "RTF", "fees.rtf", "fee for a berth overnight", rich_text("A berth costs twenty euros overnight.")
    )
    yield Asked("JSON", "test.json", "5b64c88c-b3c3-4510-bcb8-da0b200602d8")
    yield Asked("XML (a feed)", "test_rss.xml", "why 70% of the Fortune 500 use Microsoft 365 Copilot")
    yield Asked(
        "Markdown", "tides.md", "when is high water", b"# Tides\n\n## High water\n\nHigh water is at six.\n"
    )
    yield Asked("Jupyter", "test_notebook.ipynb", "Code Cell Below")
    yield Asked(
        "plain text",
        "rules.txt",
        "are dogs allowed on the pier",
        b"Dogs are allowed on the pier on a leash.\n",
    )
    yield Asked("MP3", "opening.mp3", "what did the mayor promise about ferries", _talk())


def main() -> int:
    """Write the table; 1 where a file is not found."""
    with tempfile.TemporaryDirectory() as name, serve_transcriptions() as ears:
        folder = Path(name)
        _write_site(folder / "site")
        with serve_folder(folder / "site") as site:
            config = _write_config(folder, site.url, ears.address)
            synced = subprocess.run(
                [sys.executable, "-m", "crawler", "sync", "--config", str(config), "--json"],
                stdout=subprocess.PIPE,
                check=True,
                cwd=REPOSITORY,
            )
            print(json.loads(synced.stdout)["runs"][0])
            rows = [_row(asked, _ask(config, asked.question), site.url) for asked in files()]
    lines = [
        "| format | file | question | found first | page |",
        "|---|---|---|---|---|",
        *(row for row, _ in rows),
    ]
    _replace("\n".join(lines) + "\n")
    print("\n".join(lines))
    return int(not all(found for _, found in rows))


def _row(asked: Asked, answer: dict[str, Any], base: str) -> tuple[str, bool]:
    first = (answer["results"] or [{}])[0]
    found = str(first.get("url", "")).rpartition("/")[2] == quote(asked.name)
    passage = (first.get("passages") or [{}])[0]
    link = str(first.get("deep_link", "")).replace(f"{base.rstrip('/')}/", "")
    page = passage.get("page") or ""
    shown = f"`{link}`" if found else f"**not found**: `{link}`"
    return f"| {asked.format} | `{asked.name}` | {asked.question} | {shown} | {page} |", found


def _ask(config: Path, question: str) -> dict[str, Any]:
    asked = subprocess.run(
        [sys.executable, "-m", "search_api", "query", question, "--config", str(config), "--json"],
        stdout=subprocess.PIPE,
        check=True,
        cwd=REPOSITORY,
    )
    answer: dict[str, Any] = json.loads(asked.stdout)
    return answer


def _write_site(folder: Path) -> None:
    folder.mkdir()
    links = []
    for asked in files():
        path = folder / asked.name
        if asked.body is None:
            shutil.copyfile(SUITE / asked.name, path)
        else:
            path.write_bytes(asked.body)
        links.append(f'<li><a href="{quote(asked.name)}">{html.escape(asked.format)}</a>')
    (folder / "index.html").write_text(f"<title>Files</title><ul>{''.join(links)}</ul>", encoding="utf-8")


def _write_config(folder: Path, site: str, transcriptions: str) -> Path:
    connector = {
        "name": "files",
        "seeds": [site],
        "render": "never",
        "discover_sitemaps": False,
        "ocr": True,
        "transcription": {"url": transcriptions, "model": "whisper-1"},
        "politeness": {"requests_per_minute": "unlimited"},
    }
    path = folder / "connectors.yaml"
    path.write_text(yaml.safe_dump({"version": 1, "connectors": [connector]}), encoding="utf-8")
    return path


def _replace(table: str) -> None:
    text = GUIDE.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    GUIDE.write_text(before + BEGIN + table + END + rest.partition(END)[2], encoding="utf-8")


def _workbook() -> bytes:
    book = openpyxl.Workbook()
    book.active.title = "Quay"
    sheet = book.create_sheet("Cranes")
    for row in (("Crane", "Lifts"), ("Old Bess", "twelve tons"), ("Goliath", "ninety tons")):
        sheet.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _talk() -> bytes:
    said = ("Welcome to the new harbour.", "It took nine years.", "The mayor promised a ferry every hour.")
    return MP3 + "\n".join(said).encode()


if __name__ == "__main__":
    sys.exit(main())
