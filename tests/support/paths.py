"""Where the tests find what they read."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "tests" / "fixtures"
TRIALS = ROOT / "tests" / "trials"
SHARED_DATA = ROOT.parent / "shared" / "data"
"""Real images, which lie beside the project where there are any."""
