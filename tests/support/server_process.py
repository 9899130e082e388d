"""A server in a process of its own: started, awaited by its log, asked, and ended."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path

from tests.support.ports import free_port
from tests.support.raw_client import RawClient
from tests.support.wait import until

READY = "eady to accept connections"
START_WITHIN_S = 20.0


def pyredis_server() -> list[str]:
    """How to start our server: the script that was installed beside this Python, else the module."""
    script = Path(sys.executable).with_name("pyredis-server")
    return [str(script)] if script.exists() else [sys.executable, "-m", "pyredis_server"]


class ServerProcess:
    """One running server. `log` gathers its output's lines; `exit_status` waits for its end."""

    def __init__(self, program: Sequence[str], *arguments: str, cwd: Path, port: int | None = None,
                 environment: dict[str, str] | None = None, wait: bool = True) -> None:
        self.port = port or free_port()
        self.argv = [*program, *arguments]
        if "--port" not in arguments and wait:
            self.argv += ["--port", str(self.port)]
        self.log: list[str] = []
        self.process = subprocess.Popen(
            self.argv, cwd=cwd, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, errors="replace",
        )
        self._reader = threading.Thread(target=self._gather, name="server-log", daemon=True)
        self._reader.start()
        if wait:
            try:
                self.wait_for_log(READY, within_s=START_WITHIN_S)
            except BaseException:
                self.kill()
                raise

    def _gather(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.log.append(line.rstrip("\n"))

    @property
    def pid(self) -> int:
        return self.process.pid

    def wait_for_log(self, text: str, *, within_s: float = 10.0) -> str:
        """Wait for a line that holds `text` and give it; fails at once if the process ends without it."""

        def look() -> str | None:
            ended = self.process.poll() is not None
            if ended:
                self._reader.join(2)
            for line in list(self.log):
                if text in line:
                    return line
            if ended:
                status = self.process.returncode
                raise AssertionError(f"{self.argv} ended with {status} without {text!r}:\n{self.output}")
            return None

        found = until(look, within_s=within_s, what=f"{text!r} in the log of {self.argv}")
        assert found is not None
        return found

    @property
    def output(self) -> str:
        return "\n".join(self.log)

    def client(self, protocol: int = 2) -> RawClient:
        """Connect to it; the caller closes."""
        return RawClient(port=self.port, protocol=protocol)

    def signal(self, number: int) -> None:
        self.process.send_signal(number)

    def exit_status(self, *, within_s: float = 10.0) -> int:
        """Wait for the process to end by itself."""
        status = self.process.wait(within_s)
        self._reader.join(2)
        return status

    def kill(self) -> None:
        """End it now, whatever it does."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(10)
        self._reader.join(2)
        if self.process.stdout is not None:
            self.process.stdout.close()


def start_quiet(program: Sequence[str], *arguments: str) -> ServerProcess:
    """Start a server that writes nothing to disk but in a temporary folder of its own."""
    folder = Path(tempfile.mkdtemp(prefix="pyredis-test-"))
    return ServerProcess(program, "--save", "", "--appendonly", "no", "--dir", str(folder), *arguments, cwd=folder)
