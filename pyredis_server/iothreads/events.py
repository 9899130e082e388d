"""What a worker tells the executor of a connection besides its commands."""

from __future__ import annotations

import attrs


@attrs.frozen
class Lost:
    """The connection is gone; the worker has closed the socket already.

    `reason` is "" when the client left, else the log's words for why the server closed it.
    `counter` names the statistic that counts this kind, if any.
    """

    reason: str = ""
    counter: str = ""


@attrs.frozen
class Fault:
    """The client broke the protocol: it gets `message` as an error reply and is disconnected."""

    message: bytes
