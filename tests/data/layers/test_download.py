"""Fetching one file: what may be asked, for how long, and how much of it."""

import gzip
import ipaddress
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from data.layers.addresses import Sources, check_url, is_public
from data.layers.download import USER_AGENT, Download, FetchError, Limits, download
from data.layers.model import LayerError
from tests.data.layers.layer_server import Source, points, serving

HERE = Sources(("127.0.0.1",))


@pytest.fixture
def source() -> Source:
    return Source()


@pytest.fixture
def address(source: Source) -> Iterator[str]:
    with serving(source) as address:
        yield f"{address}/levels.geojson"


def fetch(address: str, folder: Path, sources: Sources = HERE, **options: object) -> Download:
    got = download(address, folder, sources=sources, **options)  # type: ignore[arg-type]
    assert got is not None
    return got


def test_a_file_comes_under_its_own_name(source: Source, address: str, tmp_path: Path) -> None:
    got = fetch(f"{address}?key=secret", tmp_path)
    assert got.path.name == "levels.geojson"
    assert got.path.read_bytes() == source.body
    assert source.paths == ["/levels.geojson?key=secret"]
    assert source.asked[0]["User-Agent"] == USER_AGENT


def test_a_nameless_file_is_called_by_its_type(
    source: Source, address: str, tmp_path: Path
) -> None:
    source.headers = {"Content-Type": "text/csv; charset=utf-8"}
    assert fetch(address.replace("levels.geojson", ""), tmp_path).path.name == "layer.csv"
    got = fetch(address.replace("levels.geojson", "a/..%2F..%2Fetc%2Fpasswd"), tmp_path)
    assert got.path.parent == tmp_path


def test_a_question_is_only_asked_anew(source: Source, address: str, tmp_path: Path) -> None:
    source.etag, source.headers = '"one"', {"Last-Modified": "Wed, 01 Jul 2026 00:00:00 GMT"}
    got = fetch(address, tmp_path)
    assert download(address, tmp_path, sources=HERE, validators=got.validators) is None
    assert source.asked[1]["If-None-Match"] == '"one"'
    assert source.asked[1]["If-Modified-Since"] == "Wed, 01 Jul 2026 00:00:00 GMT"
    source.etag = '"two"'
    again = fetch(address, tmp_path, validators=got.validators)
    assert again.validators["etag"] == '"two"'


def test_packed_answers_are_unpacked_within_the_limit(
    source: Source, address: str, tmp_path: Path
) -> None:
    plain = source.body
    source.body, source.headers = gzip.compress(plain), {"Content-Encoding": "gzip"}
    assert fetch(address, tmp_path).path.read_bytes() == plain
    source.body = source.body[:-9]
    with pytest.raises(FetchError, match="broke off"):
        fetch(address, tmp_path)
    source.body = gzip.compress(bytes(50 << 20))
    with pytest.raises(FetchError, match=r"levels.geojson is more than 1 MB, the limit"):
        fetch(address, tmp_path, limits=Limits(most_bytes=1 << 20))
    source.headers = {"Content-Encoding": "br"}
    with pytest.raises(FetchError, match="answers in 'br'"):
        fetch(address, tmp_path)


@pytest.mark.parametrize("announced", [True, False])
def test_too_much_is_refused(source: Source, address: str, tmp_path: Path, announced: bool) -> None:
    source.body = bytes(3 << 20)
    if not announced:  # all that there is until the connection closes
        source.headers = {"Content-Length": "", "Connection": "close"}
    with pytest.raises(FetchError, match="more than 2 MB"):
        fetch(address, tmp_path, limits=Limits(most_bytes=2 << 20))


def test_what_breaks_off_is_no_file(source: Source, address: str, tmp_path: Path) -> None:
    source.announced = len(source.body) + 10
    with pytest.raises(FetchError, match=f"broke off after {len(source.body):,} bytes"):
        fetch(address, tmp_path, limits=Limits(silence_seconds=0.5))


@pytest.mark.parametrize("slow_head", [True, False])
def test_a_source_that_drips_is_left_in_time(
    source: Source, address: str, tmp_path: Path, slow_head: bool
) -> None:
    source.pause_seconds, source.slow_head = 0.05, slow_head
    began = time.monotonic()
    with pytest.raises(FetchError, match=r"levels.geojson takes more than 0.6 s"):
        fetch(address, tmp_path, limits=Limits(silence_seconds=5, whole_seconds=0.6))
    assert time.monotonic() - began < 2


def test_a_silent_source_is_left_in_time(source: Source, address: str, tmp_path: Path) -> None:
    source.pause_seconds = 3
    with pytest.raises(FetchError, match="does not answer: timed out"):
        fetch(address, tmp_path, limits=Limits(silence_seconds=0.3))


def test_refusals_say_when_to_come_back(source: Source, address: str, tmp_path: Path) -> None:
    source.status, source.headers = 503, {"Retry-After": "120"}
    with pytest.raises(FetchError, match="answers 503") as refused:
        fetch(f"{address}?key=secret", tmp_path)
    assert refused.value.wait_seconds == 120
    assert "secret" not in str(refused.value)
    source.status = 404
    with pytest.raises(FetchError, match="answers 404") as refused:
        fetch(address, tmp_path)
    assert refused.value.wait_seconds is None


def test_redirects_are_followed_only_to_the_web(
    source: Source, address: str, tmp_path: Path
) -> None:
    source.location = "/moved.geojson"
    assert fetch(address, tmp_path).path.name == "moved.geojson"
    for target in ("file:///etc/passwd", "ftp://127.0.0.1/x", "gopher://127.0.0.1:70/"):
        source.location = target
        with pytest.raises(LayerError, match="must begin with http"):
            fetch(address, tmp_path)
    source.location = "/again.geojson"
    with pytest.raises(FetchError, match="leads on more than 5 times"):
        fetch(address, tmp_path)


def test_a_redirect_into_the_own_network_is_refused(
    source: Source, address: str, tmp_path: Path
) -> None:
    source.location = address.replace("127.0.0.1", "127.0.0.2")
    with pytest.raises(LayerError, match=r"127.0.0.2, which is not on the public internet"):
        fetch(address, tmp_path)
    assert len(source.asked) == 1


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "2130706433"])
def test_the_own_network_is_asked_only_where_an_operator_says_so(
    source: Source, address: str, tmp_path: Path, host: str
) -> None:
    there = address.replace("127.0.0.1", host)
    with pytest.raises(LayerError, match="PANTAU_PRIVATE_SOURCES"):
        fetch(there, tmp_path, Sources(("10.0.0.0/8", "other.example")))
    assert not source.asked


@pytest.mark.parametrize("allowed", ["127.0.0.0/8", "127.0.0.1", "localhost"])
def test_what_an_operator_names_is_asked(
    source: Source, address: str, tmp_path: Path, allowed: str
) -> None:
    host = "localhost" if allowed == "localhost" else "127.0.0.1"
    fetch(address.replace("127.0.0.1", host), tmp_path, Sources((allowed, "::1")))
    assert len(source.asked) == 1


def test_a_path_is_asked_of_the_own_server(source: Source, address: str, tmp_path: Path) -> None:
    own = Sources(own_server=address.rpartition("/")[0])
    assert fetch("/levels.geojson", tmp_path, own).path.read_bytes() == points(1.0, 2.0)
    with pytest.raises(FetchError, match="--server"):
        fetch("/levels.geojson", tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
        "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fd00::1", "ff02::1",
        "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::", "2001:db8::1",
    ],
)  # fmt: skip
def test_addresses_that_are_nobodys_business(text: str) -> None:
    assert not is_public(ipaddress.ip_address(text))


@pytest.mark.parametrize("text", ["1.1.1.1", "2606:4700::1111", "64:ff9b::101:101"])
def test_addresses_of_the_internet(text: str) -> None:
    assert is_public(ipaddress.ip_address(text))


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("file:///etc/passwd", "must begin with http"),
        ("/layers.csv", "must begin with http"),
        ("ftp://x.org/a", "must begin with http"),
        ("http:///a", "must begin with http"),
        ("http://me:secret@x.org/a", "holds a password"),
        ("http://[::1", "is no web address"),
        ("http://x.org:99999/", "is no web address"),
        ("http://x.org/a b", "holds spaces"),
        ("http://x.org/" + "a" * 3_000, "letters long"),
    ],
)
def test_addresses_that_are_refused_unasked(url: str, said: str) -> None:
    with pytest.raises(LayerError, match=said):
        check_url(url)


def test_a_name_that_leads_nowhere(tmp_path: Path) -> None:
    for host in ("no-such-host.invalid", "a" * 70 + ".invalid"):
        with pytest.raises(FetchError, match="does not answer"):
            fetch(f"http://{host}/a.csv", tmp_path)
