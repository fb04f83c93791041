"""The folder server that tests and benchmarks lean on."""

from __future__ import annotations

import shutil
from pathlib import Path

import httpx2
import pytest

from tests.support.static_site import serve_folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "a folder"
    (root / "deep").mkdir(parents=True)
    (root / "index.html").write_text("<p>front</p>")
    (root / "deep" / "page.html").write_text("<p>deep</p>")
    return root


def test_a_folder_is_served_with_its_index_and_types(folder: Path) -> None:
    with serve_folder(folder) as site:
        front = httpx2.get(f"{site.url}/")
        deep = httpx2.get(f"{site.url}/deep/page.html")
    assert (front.text, deep.text) == ("<p>front</p>", "<p>deep</p>")
    assert front.headers["content-type"].startswith("text/html")


def test_a_missing_file_is_404(folder: Path) -> None:
    with serve_folder(folder) as site:
        assert httpx2.get(f"{site.url}/nothing").status_code == 404


def test_the_log_lists_every_request(folder: Path) -> None:
    with serve_folder(folder, log=True) as site:
        if site.server != "nginx":
            pytest.skip("nginx-light is not installed")
        httpx2.get(f"{site.url}/deep/page.html?a=1")
        httpx2.get(f"{site.url}/nothing")
        assert site.requests() == [(200, "/deep/page.html?a=1"), (404, "/nothing")]


def test_a_site_without_a_log_says_how_to_get_one(folder: Path) -> None:
    with serve_folder(folder) as site, pytest.raises(ValueError, match="log=True"):
        site.requests()


def test_python_serves_where_nginx_is_missing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda *_, **__: None)
    with serve_folder(folder) as site:
        assert site.server == "http.server"
        assert httpx2.get(f"{site.url}/deep/page.html").text == "<p>deep</p>"


def test_a_port_is_free_again_when_the_block_ends(folder: Path) -> None:
    with serve_folder(folder) as site:
        url = site.url
    with pytest.raises(httpx2.ConnectError):
        httpx2.get(url)
