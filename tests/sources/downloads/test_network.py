"""A server that means harm fills no disk and leads nowhere else."""

import email.message
import io
import threading
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.request import Request

import pytest

from autoal_gui.core.errors import SourceError
from autoal_gui.sources.downloads import network
from autoal_gui.sources.downloads.network import fetch


class Handler(BaseHTTPRequestHandler):
    def __init__(self, headers, endless, *args):
        self.sent, self.endless = headers, endless
        super().__init__(*args)

    def do_GET(self):
        self.send_response(302 if "Location" in self.sent else 200)
        for name, value in self.sent.items():
            self.send_header(name, value)
        self.end_headers()
        try:
            while self.endless:
                self.wfile.write(bytes(2**16))
        except OSError:
            return  # nobody listens any more

    def log_message(self, *args):
        """Say nothing."""


@contextmanager
def served(endless=False, **headers):
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, headers, endless))
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/set.npz"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(autouse=True)
def _direct(monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")


def quiet(done, total):
    """Take no notice."""


@pytest.mark.timeout(60)
def test_a_content_without_a_length_ends_somewhere(tmp_path, monkeypatch):
    monkeypatch.setattr(network, "MOST", 2**22)
    with served(endless=True) as url, pytest.raises(SourceError, match="more than any set"):
        assert sum(map(len, fetch(url, tmp_path, quiet))) < 0


@pytest.mark.timeout(60)
def test_a_content_without_a_length_leaves_room_on_the_disk(tmp_path, monkeypatch):
    monkeypatch.setattr(network, "LOOK_EVERY", 2**20)
    looks = []

    def require(folder, wanted):
        looks.append(wanted)
        if len(looks) > 3:
            raise SourceError("There is no room.")

    monkeypatch.setattr(network, "require_space", require)
    with served(endless=True) as url, pytest.raises(SourceError, match="no room"):
        assert sum(map(len, fetch(url, tmp_path, quiet))) < 0
    assert looks == [network.RESERVE] * 4


@pytest.mark.parametrize("length", ["-5", str(2**60), "many"])
def test_a_length_that_cannot_be_is_refused(length, tmp_path):
    with served(**{"Content-Length": length}) as url, pytest.raises(SourceError, match="failed"):
        list(fetch(url, tmp_path, quiet))


@pytest.mark.parametrize("target", ["ftp://127.0.0.1/set.npz", "file:///etc/passwd"])
def test_another_kind_of_address_is_not_followed(target, tmp_path):
    with served(Location=target) as url, pytest.raises(SourceError, match=r"failed|refuses"):
        list(fetch(url, tmp_path, quiet))


@pytest.mark.parametrize(
    ("before", "after", "followed"),
    [
        ("https", "http", False),
        ("https", "ftp", False),
        ("https", "https", True),
        ("http", "https", True),
        ("http", "http", True),
    ],
)
def test_an_encrypted_connection_stays_one(before, after, followed):
    handler, request = network._NoPlainRedirect(), Request(f"{before}://example.org/set")  # noqa: S310
    given = (request, io.BytesIO(), 302, "Found", email.message.Message())
    if followed:
        assert handler.redirect_request(*given, f"{after}://example.org/set") is not None
    else:
        with pytest.raises(ValueError, match=after):
            handler.redirect_request(*given, f"{after}://example.org/set")
