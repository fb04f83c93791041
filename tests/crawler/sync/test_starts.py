"""Seeds and sitemaps that lie elsewhere: on the web, in S3, in files; and what is said where they do not."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.support.changing_site import Answer, ChangingSite, page, serve_site
from tests.support.ports import refusing_port
from tests.support.s3_server import S3Server, serve_s3
from tests.support.syncing import Synced, configure, kept, sync


@pytest.fixture(scope="module")
def s3() -> Iterator[S3Server]:
    with serve_s3() as server:
        yield server


@pytest.fixture
def aws(s3: S3Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> S3Server:
    """The environment of a sync leads to the server and to no credentials of this machine."""
    for name, value in s3.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    return s3


@pytest.fixture
def site() -> Iterator[ChangingSite]:
    with serve_site({"/": page("Start"), "/a": page("A"), "/b": page("B", "/c"), "/c": page("C")}) as served:
        yield served


def text(*lines: str) -> Answer:
    return Answer("\n".join(lines).encode(), 200, "text/plain")


def run(folder: Path, **settings: Any) -> tuple[Path, Synced]:
    config = configure(folder, {"name": "site", **settings})
    return config, sync(config)


def documents(config: Path, site: ChangingSite) -> set[str]:
    return {url.removeprefix(site.origin) for url in kept(config).documents}


def refused(folder: Path, **settings: Any) -> str:
    """What a sync says that cannot begin: nothing is written."""
    _, synced = run(folder, **settings)
    assert synced.code == 2
    assert synced.runs == {}
    assert not (folder / "data").exists()
    return synced.said.strip()


def test_seeds_from_the_web_join_those_of_the_configuration(tmp_path: Path, site: ChangingSite) -> None:
    with serve_site({"/seeds.txt": text("# ours", site.url("/a"), f"  {site.url('/b')} # two")}) as files:
        config, synced = run(
            tmp_path, seeds=[site.url()], seeds_file=files.url("/seeds.txt"), scope={"max_depth": 0}
        )
    assert synced.code == 0, synced.said
    assert documents(config, site) == {"/", "/a", "/b"}
    assert [row.depth for row in kept(config).ledger.values()] == [0, 0, 0, 1]


def test_seeds_from_s3(tmp_path: Path, site: ChangingSite, aws: S3Server) -> None:
    aws.put("starts", "crawl/seeds.txt", site.url("/a").encode())
    config, synced = run(tmp_path, seeds_file="s3://starts/crawl/seeds.txt")
    assert synced.code == 0, synced.said
    assert documents(config, site) == {"/a"}


def test_sitemaps_from_s3_and_from_a_zip_on_the_disk(
    tmp_path: Path, site: ChangingSite, aws: S3Server
) -> None:
    aws.put("maps", "map.xml", f"<urlset><url><loc>{site.url('/a')}</loc></url></urlset>".encode())
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("one.txt", site.url("/b"))
        archive.writestr("two.xml", f"<urlset><url><loc>{site.url('/c')}</loc></url></urlset>")
    (tmp_path / "maps.zip").write_bytes(packed.getvalue())
    config, synced = run(tmp_path, sitemaps=["s3://maps/map.xml", "maps.zip"])
    assert synced.code == 0, synced.said
    assert synced.run["warnings"] == []
    assert documents(config, site) == {"/a", "/b", "/c"}


def test_a_sitemap_of_s3_or_of_the_disk_that_is_not_there_is_a_warning(
    tmp_path: Path, site: ChangingSite, aws: S3Server
) -> None:
    aws.put("maps", "map.xml", b"")
    config, synced = run(tmp_path, seeds=[site.url()], sitemaps=["s3://maps/other.xml", "none.xml"])
    assert synced.code == 0
    none, failed = tmp_path / "none.xml", "could not be read"
    assert synced.run["warnings"] == [
        f"sitemap s3://maps/other.xml {failed}: the bucket has no such object: correct the key",
        f"sitemap {none} {failed}: the file cannot be read (no such file or directory)",
    ]
    assert documents(config, site) == {"/"}


WEB_FAULTS: Mapping[str, tuple[Answer, str]] = {
    "missing": (Answer(b"", 404), "the server answered 404: correct the address"),
    "forbidden": (Answer(b"", 403), "the server answered 403"),
    "page": (page("Sign in"), "the server answered with an HTML page: is a login needed there?"),
    "large": (text("x" * 1_000_001), "Content-Length 1,000,001 is beyond 1,000,000 bytes"),
    "binary": (
        Answer(b"\xff\xfe\x00\x01" * 9, 200, "text/plain"),
        "it must be a text file in UTF-8, with one address a line",
    ),
    "wrong": (
        text("https://a.test/", "nowhere"),
        "line 2: must be an absolute address such as https://intranet.example.com/",
    ),
    "empty": (text("# nothing"), "it holds no address: put one a line there"),
    "many": (
        text(*(f"https://a.test/{n}" for n in range(100))),
        "a connector takes at most 100 seeds together with `seeds`, and line 100 is one more: "
        "make a second connector for the rest",
    ),
}


@pytest.mark.parametrize("fault", WEB_FAULTS)
def test_a_seeds_file_of_the_web_that_cannot_be_used_is_said_before_anything_is_written(
    tmp_path: Path, fault: str
) -> None:
    answer, sentence = WEB_FAULTS[fault]
    seeds = ["https://first.test/"] if fault == "many" else []
    with serve_site({"/seeds.txt": answer}) as files:
        said = refused(tmp_path, seeds=seeds, seeds_file=files.url("/seeds.txt"))
    assert said == f"connector site: seeds_file {files.url('/seeds.txt')}: {sentence}"


@pytest.mark.parametrize(
    ("location", "sentence"),
    [
        ("s3://nowhere/seeds.txt", "there is no such bucket: correct its name, or AWS_ENDPOINT_URL"),
        ("s3://starts/none.txt", "the bucket has no such object: correct the key"),
        ("s3://starts", "it must name a bucket and a key: s3://BUCKET/KEY"),
        ("s3://starts/large.txt", "it is larger than 1,000,000 bytes"),
    ],
)
def test_a_seeds_file_of_s3_that_cannot_be_used(
    tmp_path: Path, aws: S3Server, location: str, sentence: str
) -> None:
    aws.put("starts", "large.txt", b"x" * 1_000_001)
    assert refused(tmp_path, seeds_file=location) == f"connector site: seeds_file {location}: {sentence}"


def test_s3_without_credentials(tmp_path: Path, aws: S3Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    assert refused(tmp_path, seeds_file="s3://starts/seeds.txt").endswith(
        "there are no AWS credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a profile"
    )


def test_s3_that_does_not_answer(tmp_path: Path, aws: S3Server, monkeypatch: pytest.MonkeyPatch) -> None:
    endpoint = f"http://127.0.0.1:{refusing_port()}"
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    said = refused(tmp_path, seeds_file="s3://starts/seeds.txt")
    assert "S3 cannot be reached" in said
    assert endpoint in said


def test_s3_that_denies_access_names_the_right_that_is_missing(
    tmp_path: Path, aws: S3Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    denial = b"<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"
    with serve_site({"/starts/seeds.txt": Answer(denial, 403, "application/xml")}) as denying:
        monkeypatch.setenv("AWS_ENDPOINT_URL", denying.origin)
        said = refused(tmp_path, seeds_file="s3://starts/seeds.txt")
    assert said.endswith("access is denied (403): these credentials need s3:GetObject for it")
    assert "not-a-real-secret" not in said


def test_without_boto3_the_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blocked = tmp_path / "blocked"
    blocked.mkdir()
    (blocked / "boto3.py").write_text("raise ImportError('No module named boto3')\n")
    monkeypatch.setenv("PYTHONPATH", str(blocked))
    from tests.support.syncing import finish, start

    config = configure(tmp_path, {"name": "site", "seeds_file": "s3://starts/seeds.txt"})
    synced = finish(start(config))
    assert synced.code == 2
    assert synced.said.strip().endswith("s3:// needs boto3: pip install 'sitelore[s3]'")


def test_a_seeds_file_of_the_web_is_not_sent_the_login_of_the_seeds(
    tmp_path: Path, site: ChangingSite
) -> None:
    with serve_site({"/seeds.txt": text(site.url("/a"))}) as files:
        login = {"type": "basic", "username": "crawler", "password": "secret"}
        run(tmp_path, seeds_file=files.url("/seeds.txt"), auth=login, access="public")
    assert all("authorization" not in each.headers for each in files.log)
    assert len(files.log) == 1
