"""No private address is reached, however it is written; a corpus of ways that have worked elsewhere."""

import ipaddress
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from hypothesis import given
from hypothesis import strategies as st

from application.egress import Allowed, is_public
from infrastructure.nodes import http_step
from infrastructure.workers.step import Step, StepPorts, StepRefused

# ruff: noqa: SIM905 - a corpus is read as words
PRIVATE_V4 = """
0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.127.255.254 127.0.0.1 127.1.2.3 127.255.255.254
169.254.0.1 169.254.169.254 169.254.170.2 172.16.0.1 172.31.255.255 192.0.0.1 192.0.0.8 192.0.0.170 192.0.2.1
192.168.0.1 192.168.255.255 198.18.0.1 198.19.255.254 198.51.100.7 203.0.113.9 224.0.0.1 239.255.255.250
240.0.0.1 255.255.255.255 100.100.100.200
""".split()
PRIVATE_V6 = """
:: ::1 fe80::1 febf::1 fc00::1 fd00:ec2::254 fdff::1 fec0::1 feff::1 ff02::1 ff05::2 2001:db8::1 2001:0:7f00:1::
64:ff9b:1::1 100::1 2001:10::1 3fff::1 5f00::1
""".split()
CARRIED = ("127.0.0.1", "10.0.0.1", "169.254.169.254", "192.168.1.1", "172.16.0.1", "100.64.0.1", "0.0.0.0")
PUBLIC = ("1.1.1.1", "8.8.8.8", "93.184.216.34", "2606:4700:4700::1111", "2a00:1450:4001::200e", "::ffff:8.8.8.8")


def carriers(text: str) -> list[str]:
    """The IPv6 addresses that carry an IPv4 address to a gateway or a dual-stack socket."""
    number = int(ipaddress.IPv4Address(text))
    high, low = number >> 16, number & 0xFFFF
    return [
        f"::ffff:{text}", f"::{high:x}:{low:x}", f"::ffff:0:{high:x}:{low:x}", f"64:ff9b::{high:x}:{low:x}",
        f"2002:{high:x}:{low:x}::1", f"2606:4700::5efe:{high:x}:{low:x}", f"2606:4700::200:5efe:{high:x}:{low:x}",
    ]  # fmt: skip


ADDRESSES = [*PRIVATE_V4, *PRIVATE_V6, *(carried for text in CARRIED for carried in carriers(text))]

# What an URL can say instead of 127.0.0.1 or of the metadata address: all of it ends at the resolver.
SPELLINGS = """
http://127.0.0.1/ http://localhost/ http://LOCALHOST/ http://localhost./ http://127.1/ http://127.0.1/
http://2130706433/ http://0x7f000001/ http://0x7f.0x0.0x0.0x1/ http://0177.0.0.1/ http://0177.0.0.01/ http://017700000001/
http://0/ http://0.0.0.0/ http://00000.0/ http://0x0/ http://127.0.0.1:80/ http://127.0.0.1:443/
http://[::1]/ http://[::]/ http://[0:0:0:0:0:0:0:1]/ http://[::ffff:127.0.0.1]/ http://[::ffff:7f00:1]/ http://[::127.0.0.1]/
http://[64:ff9b::7f00:1]/ http://[2002:7f00:1::1]/ http://[fe80::1]/ http://[fd00:ec2::254]/ http://[fec0::1]/
http://169.254.169.254/latest/meta-data/ http://2852039166/ http://0xa9fea9fe/ http://0251.0376.0251.0376/ http://169.254.43518/
http://[::ffff:169.254.169.254]/ http://[::ffff:a9fe:a9fe]/ http://10.0.0.1/ http://10.1/ http://167772161/ http://192.168.0.1/
http://192.168.257/ http://172.16.0.1/ http://100.64.0.1/ http://100.100.100.200/ http://192.0.0.192/ http://198.18.0.1/
http://user:password@127.0.0.1/ http://example.com@127.0.0.1/ http://127.0.0.1#@example.com/ http://127.0.0.1?@example.com/
https://127.0.0.1/ https://localhost/ https://[::1]/ http://255.255.255.255/ http://224.0.0.1/
http://①②⑦.⓪.⓪.①/ http://127。0。0。1/ http://１２７.０.０.１/ http://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ/
""".split()
NO_URLS = """
file:///etc/passwd ftp://127.0.0.1/ gopher://127.0.0.1:6379/_INFO dict://127.0.0.1:11211/ ldap://127.0.0.1/ jar:http://127.0.0.1!/
unix:/run/docker.sock data:text/plain,x javascript:alert(1) //127.0.0.1/ 127.0.0.1 http:///path http://:80/ http://127.0.0.1:0/
http://127.0.0.1:99999/ http://[::1/ ws://127.0.0.1/
""".split()  # fmt: skip


def step() -> Step:
    ports = StepPorts(log=lambda *_: None, progress=lambda *_: None, attach=lambda *_: None)
    return Step(ports, execution_id="e", run=1, path="a", attempt=1, idempotency_key="k")


def test_the_corpus_is_as_large_as_it_should_be() -> None:
    assert len(set(ADDRESSES)) + len(SPELLINGS) + len(NO_URLS) >= 120


@pytest.mark.parametrize("text", ADDRESSES)
def test_a_private_address_is_private_whatever_carries_it(text: str) -> None:
    assert not is_public(ipaddress.ip_address(text))


@pytest.mark.parametrize("text", PUBLIC)
def test_a_public_address_is_public(text: str) -> None:
    assert is_public(ipaddress.ip_address(text))


@given(st.ip_addresses(v=4))
def test_an_address_is_as_public_as_the_one_it_carries(address: ipaddress.IPv4Address) -> None:
    for text in carriers(str(address))[:5]:
        assert is_public(ipaddress.ip_address(text)) <= is_public(address)


@pytest.fixture
def no_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """Any attempt to connect anywhere fails the test: a refusal comes before it."""

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a connection was tried")

    monkeypatch.setattr(socket, "create_connection", refuse)


@pytest.mark.parametrize("url", SPELLINGS)
def test_every_spelling_of_a_private_address_is_refused_before_a_connection(url: str, no_connection: None) -> None:
    with pytest.raises(StepRefused) as refused:
        http_step.run({"url": url}, step())
    # Forms that this machine's resolver does not know lead nowhere, which is as safe.
    assert refused.value.code in ("http_private_address", "http_unknown_host", "http_url")


@pytest.mark.parametrize("url", NO_URLS)
def test_what_is_no_http_url_is_refused(url: str, no_connection: None) -> None:
    with pytest.raises(StepRefused) as refused:
        http_step.run({"url": url}, step())
    assert refused.value.code == "http_url"


class Answers(BaseHTTPRequestHandler):
    """/to?URL redirects there; anything else says OK."""

    def do_GET(self) -> None:
        way, _, target = self.path.partition("?")
        self.send_response(302 if way == "/to" else 200)
        if way == "/to":
            self.send_header("Location", target)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture(scope="module")
def ports() -> Iterator[tuple[int, int]]:
    """Two servers of this machine: the first is allowed by the tests, the second is not."""
    servers = [ThreadingHTTPServer(("127.0.0.1", 0), Answers) for _ in range(2)]
    threads = [threading.Thread(target=server.serve_forever) for server in servers]
    for thread in threads:
        thread.start()
    yield servers[0].server_port, servers[1].server_port
    for server, thread in zip(servers, threads, strict=True):
        server.shutdown()
        thread.join()
        server.server_close()


def allowing(*networks: str) -> Step:
    one = step()
    one.http_allowed = networks
    return one


def test_an_allowed_address_is_reached_and_another_port_of_it_is_not(ports: tuple[int, int]) -> None:
    one = allowing(f"127.0.0.1:{ports[0]}")
    assert http_step.run({"url": f"http://127.0.0.1:{ports[0]}/"}, one)["status"] == 200  # type: ignore[index]
    with pytest.raises(StepRefused, match="private network"):
        http_step.run({"url": f"http://127.0.0.1:{ports[1]}/"}, one)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "0x7f000001", "169.254.169.254"])
def test_a_redirect_is_checked_like_the_first_address(ports: tuple[int, int], host: str) -> None:
    url = f"http://127.0.0.1:{ports[0]}/to?http://{host}:{ports[1]}/"
    with pytest.raises(StepRefused) as refused:
        http_step.run({"url": url}, allowing(f"127.0.0.1:{ports[0]}"))
    assert refused.value.code == "http_private_address"


def test_a_redirect_to_another_scheme_is_not_followed(ports: tuple[int, int]) -> None:
    url = f"http://127.0.0.1:{ports[0]}/to?file:///etc/passwd"
    with pytest.raises(StepRefused):
        http_step.run({"url": url}, allowing("127.0.0.0/8"))


def test_a_name_that_changes_its_address_gains_nothing(ports: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    """DNS rebinding: the connection goes to the address that was checked, and the name is asked once."""
    asked: list[str] = []
    real = socket.getaddrinfo

    def rebinding(host: str, *rest: object, **more: object) -> object:
        if host != "rebind.test":
            return real(host, *rest, **more)  # type: ignore[arg-type]
        asked.append(host)
        address = "127.0.0.1" if len(asked) == 1 else "127.0.0.2"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, ports[0]))]

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    answer = http_step.run({"url": f"http://rebind.test:{ports[0]}/"}, allowing("127.0.0.1"))
    assert answer["status"] == 200  # type: ignore[index]
    assert asked == ["rebind.test"]


def test_one_private_address_among_public_ones_refuses_the_name(
    monkeypatch: pytest.MonkeyPatch, no_connection: None
) -> None:
    mixed = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (text, 80)) for text in ("1.1.1.1", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: mixed)
    with pytest.raises(StepRefused, match="private network"):
        http_step.run({"url": "http://mixed.test/"}, step())


def test_a_proxy_of_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch, no_connection: None) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://1.1.1.1:3128")
    with pytest.raises(StepRefused, match="private network"):
        http_step.run({"url": "http://10.0.0.1/"}, step())


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        ("10.0.0.0/8", ("10.9.9.9", 80), ("11.0.0.1", 80)),
        ("127.0.0.1", ("127.0.0.1", 1), ("127.0.0.2", 1)),
        ("127.0.0.1:80", ("127.0.0.1", 80), ("127.0.0.1", 81)),
        ("[::1]:80", ("::1", 80), ("::1", 81)),
        ("fd00::/8", ("fd12::1", 80), ("fe80::1", 80)),
    ],
)
def test_what_an_entry_allows(text: str, inside: tuple[str, int], outside: tuple[str, int]) -> None:
    entry = Allowed.of(text)
    assert entry.covers(ipaddress.ip_address(inside[0]), inside[1])
    assert not entry.covers(ipaddress.ip_address(outside[0]), outside[1])


@pytest.mark.parametrize("text", ["", "localhost", "10.0.0.1/8", "127.0.0.1:0", "127.0.0.1:http", "[::1", "1.2.3"])
def test_a_bad_entry_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the settings tell it in a sentence
        Allowed.of(text)
