"""From the rule that a verdict quotes to its line in connectors.yaml, also after the file was edited."""

from __future__ import annotations

from pathlib import Path

import pytest

from settings.rule_places import RulePlaces

CONFIGURATION = """\
version: 1
connectors:
  - name: first
    seeds: [https://a.example/]
  - name: second
    seeds: [https://b.example/]
    scope:
      max_depth: 3
    filters:
      crawl:
        exclude:
          - '/logout'
          - '\\?sort='
    access:
      - {match: '/hr/', allow: ['group:hr']}
"""


@pytest.fixture
def places(tmp_path: Path) -> RulePlaces:
    file = tmp_path / "connectors.yaml"
    file.write_text(CONFIGURATION)
    return RulePlaces(file)


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        (
            "filters.crawl.exclude[1] '\\\\?sort='",
            "connectors.yaml:13 (connectors[1].filters.crawl.exclude[1])",
        ),
        ("scope.max_depth 3", "connectors.yaml:8 (connectors[1].scope.max_depth)"),
        ("access[0] '/hr/'", "connectors.yaml:15 (connectors[1].access[0])"),
        (
            "filters.crawl.exclude[0] '/signout'",
            "formerly at connectors.yaml:12 (connectors[1].filters.crawl.exclude[0]), "
            "which says something else now",
        ),
        (
            "scope.max_depth 9",
            "formerly at connectors.yaml:8 (connectors[1].scope.max_depth), which says something else now",
        ),
        (
            "filters.crawl.exclude[2] '/old'",
            "formerly connectors[1].filters.crawl.exclude[2], which connectors.yaml does not have any more",
        ),
        (
            "scope.follow host",
            "connectors[1].scope.follow, which connectors.yaml leaves at its default",
        ),
    ],
)
def test_a_rule_is_found_at_its_line(places: RulePlaces, rule: str, sentence: str) -> None:
    assert str(places.find("second", rule)) == sentence


@pytest.mark.parametrize(
    "rule", [None, "robots.txt: Disallow: /private", "rel=nofollow", "link rel=canonical"]
)
def test_what_does_not_stand_in_the_file_has_no_place(places: RulePlaces, rule: str | None) -> None:
    assert places.find("second", rule) is None


def test_a_connector_that_left_the_file_has_no_places(places: RulePlaces) -> None:
    assert places.find("third", "scope.max_depth 3") is None
