"""Small files that hold large images are decoded one at a time, however many threads there are."""

import io
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from PIL import Image

from autoal_gui.sources.pictures import decode as decoding
from autoal_gui.sources.pictures.decode import decode
from autoal_gui.sources.pictures.pillow_file import PillowFile


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_images_larger_than_the_budget_come_one_by_one(mode, monkeypatch):
    stream = io.BytesIO()
    Image.new(mode, (200, 100)).save(stream, "PNG")
    monkeypatch.setattr(decoding.budget, "_most", 1000)
    monkeypatch.setattr(decoding.budget, "_free", 1000)
    lock, at_once, most = threading.Lock(), [0], [0]
    own = PillowFile.picture

    def counted(file, index):
        with lock:
            at_once[0] += 1
            most[0] = max(most[0], at_once[0])
        try:
            return own(file, index)
        finally:
            with lock:
                at_once[0] -= 1

    monkeypatch.setattr(PillowFile, "picture", counted)
    with ThreadPoolExecutor(8) as pool:
        for pixels in pool.map(decode, [stream.getvalue()] * 40):
            assert pixels.shape == (100, 200, 3)
            assert pixels.max() == 0
    assert most == [1]
