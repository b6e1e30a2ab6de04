"""What the program does where there is no display: the same loop on the demo, and a picture."""

import os
import tempfile
from pathlib import Path

from autoal_gui.core.settings import PRESETS, RunSettings, fitted_to

PICTURE = Path("autoal-gui-window.png")
ROUNDS = 3


def play_demo(rounds: int = ROUNDS, picture: Path = PICTURE) -> int:
    """Replay rounds of the demo set, print each, and write a picture of the window."""
    print("No display was found, so the demo plays without a window.")
    print("To see the window: run this on a desktop, connect with ssh -X, or use a virtual one")
    print("(sudo apt-get install xvfb, then: xvfb-run -a make run).\n")
    with tempfile.TemporaryDirectory(prefix="autoal-gui-") as folder:
        replay_demo(Path(folder) / "replay", rounds)
        photograph(Path(folder) / "window", picture)
    print(f"\nA picture of the window is in {picture}.")
    return 0


def replay_demo(folder: Path, rounds: int) -> None:
    """Run rounds on the demo set, its known labels answering, and print a line for each."""
    from autoal_gui.cli import round_line
    from autoal_gui.core.pool import SourceSpec
    from autoal_gui.learning.backend import TorchBackend
    from autoal_gui.learning.simulate import Replay, ReplaySet, as_record
    from autoal_gui.sources.opening import list_images, open_images

    folder.mkdir(parents=True)
    spec = SourceSpec("demo")
    listing = list_images(spec, folder, lambda done, total: None)
    data = ReplaySet.of(listing, open_images(spec, folder), seed=0)
    replay = Replay(data, demo_settings(data.side), initial=20, folder=folder)
    for result in replay.run(TorchBackend(), rounds, lambda: False, lambda event: None):
        print(round_line(as_record(result)), flush=True)


def demo_settings(side: int) -> RunSettings:
    """Return the settings of the demo: the preset for a laptop, as in the window."""
    return fitted_to(PRESETS["cpu"], side)


def photograph(folder: Path, picture: Path) -> None:
    """Open the demo in an off-screen window and save what it shows."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from autoal_gui.app import make_application, make_window

    application = make_application()
    window = make_window(folder)
    window.resize(1280, 800)
    window.show()
    window.start_demo()
    wait_until(lambda: window.desk is not None and window.controller.shown is not None)
    for _ in range(20):
        application.processEvents()
    window.grab().save(str(picture))
    window.close()
