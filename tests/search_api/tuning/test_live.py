"""Tuning over HTTP: files and resources are taken up while the service runs, and a bad one is not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.search_api.tuning.conftest import BOARD, VPN, Tuned

FEATURED = "featured:\n  - {queries: [Remote access!], phrases: [the tunnel], results: %s}\n"


def first(answer: object) -> str:
    assert isinstance(answer, dict)
    return str(answer["results"][0]["url"])


def test_an_edited_file_is_taken_up_and_a_faulty_edit_leaves_it_in_force(tuned: Tuned) -> None:
    tuned.write("synonyms.txt", "vpn, tunnel\n")
    tuned.wait_for(lambda: tuned.search("vpn")["synonyms"])
    answer = tuned.search("vpn", explain=True)
    assert answer["synonyms"] == [{"words": "vpn", "alternatives": ["tunnel"], "rules": ["synonyms.txt:1"]}]
    assert first(answer) == VPN
    explained = answer["results"][0]["explanation"]
    assert [each["words"] for each in explained["words"]] == ["vpn → tunnel"]
    assert sum(part["value"] for part in explained["parts"]) == pytest.approx(answer["results"][0]["score"])
    tuned.write("synonyms.txt", "vpn, tunnel\nlonely\n")
    tuned.wait_for(lambda: tuned.state("synonyms")["faults"])
    assert tuned.search("vpn")["synonyms"]
    assert tuned.state("synonyms")["faults"] == [
        {
            "place": f"{tuned.folder}/synonyms.txt:2:1",
            "message": "a rule needs two words at least: `a, b` or `a => b`",
        }
    ]


def test_the_boosts_of_the_configuration_are_taken_up(tuned: Tuned) -> None:
    assert first(tuned.search("noon")) == "https://i.example/lunch"
    text = (tuned.folder / "connectors.yaml").read_text()
    boosts = "boosts: [{field: department, values: [IT], weight: 10}]"
    tuned.write("connectors.yaml", text.replace("boosts: []", boosts))
    tuned.wait_for(lambda: first(tuned.search("noon")) == VPN)
    assert first(tuned.search("noon", boosts=[{"field": "department", "weight": 1}])) != VPN


def test_what_is_put_counts_beside_the_files_and_every_version_can_be_brought_back(tuned: Tuned) -> None:
    tuned.write("synonyms.txt", "remote, tunnel\n")
    assert tuned.operator.get("/v1/tuning/synonyms").json()["version"] == 0
    made = tuned.put("synonyms", "vpn, tunnel\nlunch, meal").json()
    assert (made["version"], made["entries"], made["author"]) == (1, 2, "operator")
    tuned.wait_for(lambda: tuned.search("vpn")["synonyms"] and tuned.search("remote")["synonyms"])
    assert tuned.state("synonyms")["entries"] == 3
    assert tuned.put("synonyms", "").json()["version"] == 2
    tuned.wait_for(lambda: not tuned.search("vpn")["synonyms"])
    assert tuned.search("remote")["synonyms"]
    brought = tuned.operator.post("/v1/tuning/synonyms/versions/1/restore").json()
    assert (brought["version"], brought["restored"], brought["entries"]) == (3, 1, 2)
    tuned.wait_for(lambda: tuned.search("vpn")["synonyms"])
    told = tuned.operator.get("/v1/tuning/synonyms/versions").json()["versions"]
    assert [(each["version"], each["restored"]) for each in told] == [(3, 1), (2, None), (1, None)]
    kept = tuned.operator.get("/v1/tuning/synonyms/versions/2").json()
    assert kept == {"kind": "synonyms", "version": 2, "content": ""}


@pytest.mark.parametrize(
    ("kind", "content", "message"),
    [
        ("synonyms", "a, b\n, c", "2:1: a word is missing here"),
        ("boosts", "boosts: [{field: departmnt}]", "1:18: there is no field `departmnt`; did you mean"),
        ("featured", "featured: [{queries: a}]", "1:12: the key `results` of `featured[0]` is missing"),
        ("faq", "question,answer\na", "2:1: the key `answer` is missing"),
    ],
)
def test_what_has_faults_is_refused_with_their_places(
    tuned: Tuned, kind: str, content: str, message: str
) -> None:
    answer = tuned.put(kind, content)
    assert answer.status_code == 422
    (fault,) = answer.json()["errors"]
    assert fault["field"] == "content"
    assert fault["message"].startswith(message)
    assert tuned.operator.get(f"/v1/tuning/{kind}/versions").json() == {"versions": []}


def test_only_who_may_administer_sees_and_changes_tuning(tuned: Tuned) -> None:
    tuned.put("synonyms", "vpn, tunnel")
    for method, path in (
        ("GET", "/v1/tuning"),
        ("GET", "/v1/tuning/synonyms"),
        ("PUT", "/v1/tuning/synonyms"),
        ("GET", "/v1/tuning/synonyms/versions"),
        ("GET", "/v1/tuning/synonyms/versions/1"),
        ("POST", "/v1/tuning/synonyms/versions/1/restore"),
    ):
        assert tuned.anyone.request(method, path, json={"content": ""}).status_code == 401
        assert tuned.board.request(method, path, json={"content": ""}).status_code == 403
    assert tuned.operator.get("/v1/tuning/synonyms").json()["version"] == 1


def test_what_does_not_exist_is_not_found(tuned: Tuned) -> None:
    assert tuned.operator.get("/v1/tuning/synonyms/versions/7").status_code == 404
    assert tuned.operator.post("/v1/tuning/synonyms/versions/7/restore").status_code == 404
    assert tuned.operator.get("/v1/tuning/magic").status_code == 422


def test_ten_thousand_rules_can_be_put(tuned: Tuned) -> None:
    content = "\n".join(f"word{number}, other{number}" for number in range(10_000))
    assert tuned.put("synonyms", content).json()["entries"] == 10_000
    tuned.wait_for(lambda: tuned.search("word9999")["synonyms"])
    assert tuned.anyone.put("/v1/tuning/synonyms", json={"content": content}).status_code == 401


def test_featured_documents_stand_apart_for_whoever_may_read_them(tuned: Tuned) -> None:
    made = tuned.put("featured", FEATURED % f"[{BOARD}, {VPN}, https://i.example/gone]").json()
    assert made["notices"] == [
        "no document has the address https://i.example/gone: it is not shown until it is indexed"
    ]
    tuned.wait_for(lambda: tuned.search("remote access")["featured"])
    assert [each["url"] for each in tuned.search("Rémote access?")["featured"]] == [VPN]
    assert [each["url"] for each in tuned.search("remote access", tuned.board)["featured"]] == [BOARD, VPN]
    (shown,) = tuned.search("where is the tunnel")["featured"]
    assert (shown["title"], shown["excerpt"]) == ("The tunnel", "Connect by the tunnel before noon.")
    assert tuned.search("tunnel the")["featured"] == []
    assert tuned.search("remote access", sort="-updated_at")["featured"] == []
    page = tuned.search("remote access", page_size=1)
    assert page["featured"]
    assert tuned.search("remote access", page_size=1, cursor=page["next"])["featured"] == []


def test_featured_documents_have_their_time_audience_and_words(tuned: Tuned) -> None:
    today = datetime.now(UTC).date()
    entries = [
        f"{{queries: past, results: '{VPN}', until: {today - timedelta(days=1)}}}",
        f"{{queries: future, results: '{VPN}', from: {today + timedelta(days=2)}}}",
        f"{{queries: now, results: {{url: '{VPN}', title: T, excerpt: E}}, from: {today}, until: {today}}}",
        f"{{queries: now, results: '{VPN}', for: group:board}}",
        f"{{queries: board, results: '{VPN}', for: group:board}}",
    ]
    tuned.write("featured.yaml", "featured:\n" + "".join(f"  - {entry}\n" for entry in entries))
    tuned.wait_for(lambda: tuned.search("now")["featured"])
    assert [(each["title"], each["excerpt"]) for each in tuned.search("now")["featured"]] == [("T", "E")]
    assert [tuned.search(query)["featured"] for query in ("past", "future", "board")] == [[], [], []]
    assert len(tuned.search("board", tuned.board)["featured"]) == 1
    assert len(tuned.search("now", tuned.board)["featured"]) == 1


def test_a_configured_answer_comes_first_for_whoever_may_see_it(tuned: Tuned) -> None:
    rows = (
        "When is lunch served?,From noon until two.,https://i.example/lunch,",
        "Who digs the tunnel of the board?,The chair does.,,group:board",
    )
    tuned.write("faq.csv", "question,answer,url,allow\n" + "\n".join(rows))
    tuned.wait_for(lambda: "faq" in {each["source"] for each in tuned.search("lunch served when")["answers"]})
    found = tuned.search("when is lunch served")
    answer = found["answers"][0]
    assert (answer["source"], answer["title"], answer["text"]) == (
        "faq", "When is lunch served?", "From noon until two.",
    )  # fmt: skip
    assert (answer["url"], answer["deep_link"]) == ("https://i.example/lunch", "https://i.example/lunch")
    assert (answer["confidence"], answer["document_id"]) == ("very_high", found["results"][0]["id"])
    assert "chair" not in str(tuned.search("Who digs the tunnel of the board?"))
    assert tuned.search("Who digs the tunnel of the board?", tuned.board)["answers"][0]["source"] == "faq"
    assert [each for each in tuned.search("salary")["answers"] if each["source"] == "faq"] == []
