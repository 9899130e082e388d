"""Figures that tests measure: shown with `pytest -s`, and with the test's output when it fails."""

from __future__ import annotations

import sys


def tell(text: str) -> None:
    """Show what was measured."""
    sys.stdout.write(f"{text}\n")
