"""What holds in every test of the window."""

import sqlite3

import pytest

from tests.support.write_guard import WriteGuard


@pytest.fixture(autouse=True)
def write_guard(monkeypatch):
    """Only gui/session writes to a project, in whatever a test of the window does."""
    guard = WriteGuard()
    monkeypatch.setattr(sqlite3, "connect", guard.watched(sqlite3.connect))
    yield guard
    assert not guard.trespassers, f"{guard.trespassers} wrote to a project; only gui/session may"
