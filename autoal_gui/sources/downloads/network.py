"""Fetch a file that the user has asked for: with progress, and cancelled at once."""

import queue
import threading
from collections.abc import Callable, Iterator
from http import HTTPStatus
from http.client import HTTPException, HTTPMessage, HTTPResponse
from pathlib import Path
from typing import IO
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, Request, build_opener

from autoal_gui.core.errors import SourceError
from autoal_gui.core.images.source import ProgressCallback
from autoal_gui.core.language import mark, tr
from autoal_gui.sources.npz_files.arrays import require_space
from autoal_gui.sources.ticks import Ticks

TIMEOUT = 30.0  # seconds without a byte before a connection counts as lost
POLL = 0.1  # seconds between two looks at whether the user has cancelled
BLOCK = 2**16  # bytes
MOST = 2**36  # bytes; the largest set has half of them
LOOK_EVERY = 2**28  # bytes between two looks at the room, where no length was said
RESERVE = 2**30  # bytes that stay free

_LOST = mark("The download failed: the server cannot be reached, or the connection was lost.")


def fetch(
    url: str,
    folder: Path,
    progress: ProgressCallback,
    have: int = 0,
    begun: Callable[[int], None] = lambda at: None,
) -> Iterator[bytes]:
    """Yield what an address holds.

    The network is waited for in a thread of its own, since a connection that hangs cannot be
    cancelled; that thread ends by itself, at the latest when the connection times out.

    Args:
        url: http or https.
        folder: where the content will be put, for a look at the room that is left.
        progress: told (bytes, bytes in all) at least every 0.1 s; may raise `Cancelled`.
        have: bytes that are there already, so that only the rest is asked for.
        begun: told before the first bytes how many come before them: `have`, or none where the
            server sends everything again.

    Raises:
        SourceError: no connection, a connection that was lost, or no room.
    """
    receiver = _Receiver(url, have)
    receiver.start()
    ticks = Ticks(progress, 0)
    try:
        begin, length = receiver.next(ticks).split()
        ticks.done = int(begin)
        ticks.total = ticks.done + int(length) if int(length) else 0
        require_space(folder, int(length) or RESERVE)
        looked = ticks.done
        begun(ticks.done)
        while block := receiver.next(ticks):
            yield block
            ticks.add(len(block))
            if ticks.done > MOST:
                raise SourceError(tr("The server sends more than any set has."))
            if ticks.done - looked >= LOOK_EVERY and not ticks.total:
                looked = ticks.done
                require_space(folder, RESERVE)
        if ticks.done < ticks.total:
            raise SourceError(tr(_LOST))
    finally:
        receiver.stopped.set()


class _NoPlainRedirect(HTTPRedirectHandler):
    """Follows a server to another address, but not out of a connection that is encrypted."""

    def redirect_request(
        self,
        req: Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: HTTPMessage,
        newurl: str,
    ) -> Request | None:
        if not newurl.startswith("https://") and not (
            req.full_url.startswith("http://") and newurl.startswith("http://")
        ):
            raise ValueError(newurl)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


class _Receiver(threading.Thread):
    """Queues begin and length in digits, the blocks, then an empty block; or what went wrong."""

    def __init__(self, url: str, have: int) -> None:
        super().__init__(name="download", daemon=True)
        self.stopped = threading.Event()
        self._url, self._have = url, have
        self._arrived: queue.Queue[bytes | SourceError] = queue.Queue(maxsize=64)

    def next(self, ticks: Ticks) -> bytes:
        """Wait for the next item; the time is ticked away, so that it can be cancelled."""
        while True:
            try:
                item = self._arrived.get(timeout=POLL)
            except queue.Empty:
                ticks.add(0)
                continue
            if isinstance(item, SourceError):
                raise item
            return item

    def run(self) -> None:
        """Receive until the end, an error, or until it is stopped."""
        try:
            self._receive()
        except HTTPError as error:
            error.close()
            if error.code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE and self._have:
                self._have = 0  # there is more than the server has: it is begun anew
                self.run()
                return
            self._put(
                SourceError(tr("The server refuses the download (HTTP {code}).", code=error.code))
            )
        except (OSError, ValueError, HTTPException):
            self._put(SourceError(tr(_LOST)))

    def _receive(self) -> None:
        if not self._url.startswith(("https://", "http://")):
            raise ValueError(self._url)
        # The line above lets neither files nor other schemes through.
        request = Request(self._url, headers={"User-Agent": "autoal-gui"})  # noqa: S310
        if self._have:
            request.add_header("Range", f"bytes={self._have}-")
        with build_opener(_NoPlainRedirect).open(request, timeout=TIMEOUT) as response:
            length = int(response.headers.get("Content-Length", 0))
            if not 0 <= length <= MOST:
                raise ValueError(length)
            self._put(b"%d %d" % (self._begin(response), length))
            while not self.stopped.is_set():
                block = response.read1(BLOCK)
                self._put(block)
                if not block:
                    return

    def _begin(self, response: HTTPResponse) -> int:
        """Return where the content begins.

        Raises:
            ValueError: elsewhere than was asked for.
        """
        if response.status != HTTPStatus.PARTIAL_CONTENT:
            return 0
        if not response.headers.get("Content-Range", "").startswith(f"bytes {self._have}-"):
            raise ValueError(self._have)
        return self._have

    def _put(self, item: bytes | SourceError) -> None:
        while not self.stopped.is_set():
            try:
                self._arrived.put(item, timeout=POLL)
            except queue.Full:
                continue
            else:
                return
