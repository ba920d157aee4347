"""`flask complaints pull` and `sources`, as one types them."""

from pathlib import Path

from click.testing import Result
from flask import Flask

from data.pull.commands import source_of
from data.store import Store
from tests.data.open311_server import BEGIN, City, request, serve_city


def run(app: Flask, *arguments: object) -> Result:
    return app.test_cli_runner().invoke(args=["complaints", *map(str, arguments)])


def test_it_ends_with_counts_and_says_later_how_far_it_got(app: Flask, store: Store) -> None:
    ufo = {"service_code": "ufo", "service_name": "Ufo"}
    city = City([request(number) for number in range(3)] + [request(3, **ufo)])
    with serve_city(city) as address:
        arguments = ("pull", address, "--channel", "email", "--pace", 0, "--since", BEGIN.date())
        result = run(app, *arguments, "--jurisdiction", "city.org")
        assert result.exit_code == 0, result.output
        lines = [" ".join(line.split()) for line in result.stdout.splitlines()]
        source = source_of(f"{address}/requests.json", "city.org")
        rejects = app.config["PANTAU"].var / f"pull-{source.translate({58: 45, 47: 45, 35: 45})}"
        assert lines[1:4] == [
            "stored 3",
            "brought up to date 0",
            f"refused 1 {rejects}.rejects.csv",
        ]
        assert lines[4].startswith("1 times: service 'ufo' is not one of this city's 4")
        assert Path(f"{rejects}.rejects.csv").exists()
        assert {query["jurisdiction_id"] for query in city.asked} == {"city.org"}
        told = run(app, "sources").stdout
    assert told.startswith(f"{source}\t{address}/requests.json\t20")
    assert store.latest_seq() == 3


def test_what_stopped_it_is_one_sentence_and_remembered(app: Flask) -> None:
    city = City([])
    city.before = lambda number, query: (200, {}, b"\n<service_requests>")
    with serve_city(city) as address:
        result = run(app, "pull", address, "--channel", "email", "--source", "other")
    assert result.exit_code == 1
    assert "line 2: not well-formed XML" in result.stderr
    assert "Traceback" not in result.output
    assert "not read to an end yet" in run(app, "sources").stdout
    assert "line 2: not well-formed XML" in run(app, "sources").stdout


def test_what_cannot_be_meant_is_told_before_anything_is_asked(app: Flask) -> None:
    for arguments, message in (
        (("ftp://city.org",), "must begin with http"),
        (("http://city.org", "--channel", "tv"), "channel 'tv' is not one of"),
        (("http://city.org", "--fallback-service", "ufo"), "is not one of this city's 4 services"),
        (("http://city.org", "--preset", "nope"), "preset 'nope' is not one of"),
    ):
        result = run(app, "pull", *arguments)
        assert (result.exit_code, message in result.stderr) == (1, True), result.output


def test_the_name_of_a_source_fits_and_tells_servers_apart() -> None:
    long = "https://service.requests.of.a.very.long.city.name.example.org/open311/v2/requests.json"
    names = {
        source_of("https://a.org/v2/requests.json", None),
        source_of("https://a.org/v2/requests.json", "b"),
        source_of(long, None),
        source_of(long, "b"),
    }
    assert len(names) == 4
    assert max(map(len, names)) <= 64
    assert "a.org/v2" in names
