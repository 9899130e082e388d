"""The one door into the trio loop from other threads.

Promise: `call` never blocks and keeps the order per caller; what comes after the loop has ended is dropped, since then
the server is going down.
"""

from __future__ import annotations

from collections.abc import Callable

import trio


class Bridge:
    """Runs functions on the control plane's thread."""

    def __init__(self) -> None:
        self._token: trio.lowlevel.TrioToken | None = None

    def open(self) -> None:
        """Bind to the running loop. On the control plane's thread."""
        self._token = trio.lowlevel.current_trio_token()

    def call(self, function: Callable[[], object]) -> None:
        """Have the loop run `function` soon. Any thread."""
        if self._token is None:
            return
        try:
            self._token.run_sync_soon(function)
        except trio.RunFinishedError:
            pass  # the server is going down: nothing is left to control
