"""Fetch a file that the user has asked for: with progress, and cancelled at once."""

import queue
import threading
from collections.abc import Iterator
from http.client import HTTPException, HTTPMessage
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


def fetch(url: str, folder: Path, progress: ProgressCallback) -> Iterator[bytes]:
    """Yield what an address holds.

    The network is waited for in a thread of its own, since a connection that hangs cannot be
    cancelled; that thread ends by itself, at the latest when the connection times out.

    Args:
        url: http or https.
        folder: where the content will be put, for a look at the room that is left.
        progress: told (bytes, bytes in all) at least every 0.1 s; may raise `Cancelled`.

    Raises:
        SourceError: no connection, a connection that was lost, or no room.
    """
    receiver = _Receiver(url)
    receiver.start()
    ticks = Ticks(progress, 0)
    try:
        ticks.total = int(receiver.next(ticks))
        require_space(folder, ticks.total or RESERVE)
        looked = 0
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
    """Queues the length in digits, then the blocks, then an empty block; or what went wrong."""

    def __init__(self, url: str) -> None:
        super().__init__(name="download", daemon=True)
        self.stopped = threading.Event()
        self._url = url
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
            if not self._url.startswith(("https://", "http://")):
                raise ValueError(self._url)
            # The line above lets neither files nor other schemes through.
            request = Request(self._url, headers={"User-Agent": "autoal-gui"})  # noqa: S310
            with build_opener(_NoPlainRedirect).open(request, timeout=TIMEOUT) as response:
                length = int(response.headers.get("Content-Length", 0))
                if not 0 <= length <= MOST:
                    raise ValueError(length)
                self._put(b"%d" % length)
                while not self.stopped.is_set():
                    block = response.read1(BLOCK)
                    self._put(block)
                    if not block:
                        return
        except HTTPError as error:
            error.close()
            self._put(
                SourceError(tr("The server refuses the download (HTTP {code}).", code=error.code))
            )
        except (OSError, ValueError, HTTPException):
            self._put(SourceError(tr(_LOST)))

    def _put(self, item: bytes | SourceError) -> None:
        while not self.stopped.is_set():
            try:
                self._arrived.put(item, timeout=POLL)
            except queue.Full:
                continue
            else:
                return
