"""A document is fetched from where it stands, and an address leads nowhere else."""

from __future__ import annotations

import ipaddress
import ssl
import time
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from support.serving import running

from sp import clock, fetch
from sp.fetch import FetchError

LIMIT = 1_000_000
DRIPS = 400
"""A tenth of a second apart: far longer than anybody waits, also on a machine that stalls."""


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked.append((self.path, self.headers["Host"]))
        answer = self.server.answers[self.path.partition("?")[0]]
        if callable(answer):
            answer(self)
        elif isinstance(answer, str):
            self.send_response(302)
            self.send_header("Location", answer)
            self.end_headers()
        else:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(answer)

    def log_message(self, *_):
        pass


@contextmanager
def web(answers, certificate=None, handler=Handler):
    """Serve answers by path: octets, the place that a redirect leads to, or what is done by hand."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.answers, server.asked, server.daemon_threads = answers, [], True
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        # The handshake belongs to the thread that answers, which also closes after a failed one.
        server.socket = context.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
    server.handle_error = lambda *_: None
    with running(server):
        yield server


def missing(handler):
    handler.send_error(404)


def trickle(handler, start, octet):
    """Send a beginning, then a little now and then, for longer than anybody waits."""
    handler.wfile.write(start)
    for _ in range(DRIPS):
        handler.wfile.write(octet)
        handler.wfile.flush()
        time.sleep(0.1)


def drip(handler):
    trickle(handler, b"HTTP/1.1 200 OK\r\n\r\n", b"x")


def drip_headers(handler):
    """Never come to the end of a header."""
    trickle(handler, b"HTTP/1.1 200 OK\r\nX: ", b"x")


class Dripping(Handler):
    """Never comes to the end of its first word in a TLS handshake."""

    def handle(self):
        trickle(self, b"\x16\x03\x03\x3f\xff", b"\0")


def nonsense(handler):
    handler.wfile.write(b"220 mail.example ESMTP\r\n")


def at(server, path, host="127.0.0.1", scheme="http"):
    return f"{scheme}://{host}:{server.server_port}{path}"


def refusal(url, **arguments):
    with pytest.raises(FetchError) as caught:
        fetch.fetch(url, limit=LIMIT, **arguments)
    return caught.value


@pytest.fixture
def certificate(tmp_path):
    """A certificate for localhost, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(clock.now() - timedelta(hours=1))
        .not_valid_after(clock.now() + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "localhost.pem"
    path.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        + made.public_bytes(Encoding.PEM)
    )
    return path


@pytest.fixture
def trusting(certificate, monkeypatch):
    """This machine trusts that certificate, as an operator would tell it to."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    fetch._tls.cache_clear()
    yield certificate
    fetch._tls.cache_clear()


def test_what_stands_there_is_given():
    with web({"/metadata": b"<x/>"}) as server:
        assert fetch.fetch(at(server, "/metadata?appid=1"), limit=LIMIT, loopback=True) == b"<x/>"
        assert server.asked == [("/metadata?appid=1", f"127.0.0.1:{server.server_port}")]


def test_an_address_may_hold_letters_of_any_script():
    with web({"/%C3%A9": b"<x/>"}) as server:
        url = at(server, "/é?tenant=ß%2F&x=1")
        assert fetch.fetch(url, limit=LIMIT, loopback=True) == b"<x/>"
        assert server.asked[0][0] == "/%C3%A9?tenant=%C3%9F%2F&x=1"


def test_a_name_under_localhost_is_this_machine():
    with web({"/": b"<x/>"}) as server:
        url = at(server, "", host="idp.localhost")
        assert fetch.fetch(url, limit=LIMIT, loopback=True) == b"<x/>"


def test_https_is_spoken_with_who_proves_who_they_are(trusting):
    with web({"/": b"<x/>"}, trusting) as server:
        url = at(server, "/", host="localhost", scheme="https")
        assert fetch.fetch(url, limit=LIMIT, loopback=True) == b"<x/>"


def test_who_does_not_prove_it_is_not_asked(certificate):
    with web({"/": b"<x/>"}, certificate) as server:
        url = at(server, "/", host="localhost", scheme="https")
        assert "does not prove who it is" in refusal(url, loopback=True).public
        assert server.asked == []


def test_a_redirect_is_followed_a_few_times():
    with web({"/1": "/2", "/2": "3", "/3": b"<x/>", "/round": "/round"}) as server:
        assert fetch.fetch(at(server, "/1"), limit=LIMIT, loopback=True) == b"<x/>"
        assert "without end" in refusal(at(server, "/round"), loopback=True).public
        assert len(server.asked) == 3 + fetch.MOST_REDIRECTS + 1


def test_an_address_is_escaped_as_browsers_do():
    answers = {"/k%C3%A4se%20a": b"<x/>", "/there": "/k\xe4se a".encode().decode("latin-1")}
    with web(answers) as server:
        for path in ("/k\xe4se a?b=\xe4", "/k%C3%A4se%20a", "/there"):
            assert fetch.fetch(at(server, path), limit=LIMIT, loopback=True) == b"<x/>"
        assert server.asked[0][0] == "/k%C3%A4se%20a?b=%C3%A4"


def test_a_redirect_to_what_is_no_address_is_refused():
    with web({"/": "https://[bad/"}) as server:
        assert "https://" in refusal(at(server, "/"), loopback=True).public


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/",
        "https://localhost/",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://10.0.0.1/",
        "https://192.168.1.1/",
        "https://169.254.169.254/latest/meta-data/",
        "https://100.64.0.1/",
        "https://0.0.0.0/",
        "https://224.0.0.1/",
        "https://2130706433/",
        "https://0x7f.1/",
    ],
)
def test_an_address_that_is_not_public_is_not_reached(url):
    assert refusal(url).code == "address_not_public"


def test_a_redirect_leads_to_no_other_network_either():
    with web({"/": "https://10.0.0.1/", "/file": "file:///etc/passwd"}) as server:
        assert refusal(at(server, "/"), loopback=True).code == "address_not_public"
        assert "https://" in refusal(at(server, "/file"), loopback=True).public


@pytest.mark.parametrize(
    "url",
    [
        "http://idp.example.com/metadata",
        "ftp://idp.example.com/metadata",
        "file:///etc/passwd",
        "https://",
        "https:///metadata",
        "https://ada@idp.example.com/",
        "https://idp.example.com:port/",
        "https://[/",
        "//idp.example.com/",
        "",
    ],
)
def test_only_an_https_address_is_fetched(url):
    assert refusal(url).public == "Only an address that begins with https:// can be fetched."


@pytest.mark.parametrize("host", ["nothing.invalid", "a" * 64 + ".example", ".example"])
def test_a_host_that_does_not_exist_is_named(host):
    assert refusal(f"https://{host}/").public == f"There is no host {host}."


def test_what_is_missing_too_large_too_slow_or_no_web_server_is_told():
    answers = {"/no": missing, "/big": b"x" * (LIMIT + 1), "/slow": drip, "/mail": nonsense}
    with web(answers) as server:
        assert "status 404" in refusal(at(server, "/no"), loopback=True).public
        assert "larger than 1 MB" in refusal(at(server, "/big"), loopback=True).public
        slow = refusal(at(server, "/slow"), loopback=True, seconds=2)
        assert "too long" in slow.public
        assert "as a web server does" in refusal(at(server, "/mail"), loopback=True).public
    assert "cannot be reached" in refusal(at(server, "/"), loopback=True).public


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_header_that_never_ends_takes_no_longer_than_is_allowed(trusting, scheme):
    certificate = trusting if scheme == "https" else None
    with web({"/slow": drip_headers}, certificate) as server:
        began = time.monotonic()
        url = at(server, "/slow", scheme=scheme)
        assert "too long" in refusal(url, loopback=True, seconds=1.0).public
        assert time.monotonic() - began < DRIPS * 0.1 / 2


def test_a_handshake_that_never_ends_takes_no_longer_than_is_allowed():
    with web({}, handler=Dripping) as server:
        began = time.monotonic()
        url = at(server, "/", scheme="https")
        assert "too long" in refusal(url, loopback=True, seconds=1.0).public
        assert time.monotonic() - began < DRIPS * 0.1 / 2
