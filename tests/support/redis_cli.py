"""redis-cli as people run it: for one call, or sitting at a terminal."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import attrs
import pytest

from tests.support.reference import find_tool

DONE_WITHIN_S = 20.0
ANSWER_WITHIN_S = 10.0
PROMPT = re.compile(r"(?P<address>not connected|127\.0\.0\.1:\d+|redis \S+)(?P<marks>(\(TX\)|\[\d+\])*)> ")
COLOUR = re.compile(r"\x1b\[[\d;]*m")
KEPT = ("PATH", "LANG", "LC_ALL")  # of our own environment: nothing else may change what a client shows


def find_or_skip(name: str, origin: str) -> Path:
    """Redis's program `name`; a test that asks for one that cannot be had is skipped. `origin`: see find_tool."""
    program = find_tool(name, origin)
    if program is None:
        where = "on PATH" if origin == "system" else "to be had: no wheel for this system, or no package index"
        pytest.skip(f"no {name} {where}")
    return program


def plain_environment(**more: str) -> dict[str, str]:
    """An environment without settings of the person who runs the tests, and without their history file."""
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    return {**kept, "HOME": tempfile.gettempdir(), "REDISCLI_HISTFILE": "/dev/null", **more}


@attrs.frozen
class Shown:
    """How a call of redis-cli ended and what it wrote."""

    status: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


@attrs.frozen
class RedisCli:
    """One redis-cli program that talks to one port."""

    program: Path
    port: int

    def run(self, *arguments: str, stdin: bytes | None = None, environment: dict[str, str] | None = None) -> Shown:
        """Run it to its end. Bytes that are no text are shown as they stand for in latin-1."""
        done = self.run_raw(*arguments, stdin=stdin, environment=environment)
        return Shown(done.returncode, done.stdout.decode("latin-1"), done.stderr.decode("latin-1"))

    def run_raw(self, *arguments: str, stdin: bytes | None = None,
                environment: dict[str, str] | None = None) -> subprocess.CompletedProcess[bytes]:
        """The same with the bytes as they came. Without `stdin` it is empty."""
        return subprocess.run(
            [self.program, "-p", str(self.port), *arguments], input=stdin or b"", capture_output=True, check=False,
            timeout=DONE_WITHIN_S, env=plain_environment(**(environment or {})),
        )

    @contextmanager
    def terminal(self, *arguments: str, kind: str = "dumb", environment: dict[str, str] | None = None,
                 ) -> Iterator[Terminal]:
        """Run it at a terminal. A "dumb" one gets plain lines; an "xterm" gets line editing, hints and colours."""
        import pexpect  # not on Windows

        child = pexpect.spawn(
            str(self.program), ["-p", str(self.port), *arguments], encoding="utf-8", echo=False,
            dimensions=(50, 200), timeout=ANSWER_WITHIN_S, env=plain_environment(TERM=kind, **(environment or {})),
        )
        child.delaybeforesend = None
        child.delayafterclose = child.ptyproc.delayafterclose = 0.01
        child.delayafterterminate = child.ptyproc.delayafterterminate = 0.01
        try:
            yield Terminal(child, self.port)
        finally:
            child.close(force=True)


@attrs.frozen
class Terminal:
    """A redis-cli that somebody types to. `child` is its pexpect.spawn, which ships no types."""

    child: Any
    port: int

    def ask(self, line: str) -> str:
        """Type a line and give what it shows before the next prompt."""
        self.child.sendline(line)
        return self.until_prompt()

    def until_prompt(self, marks: str | None = None) -> str:
        """Wait for the prompt and give what came before it. `marks`: what the prompt must show, "(TX)" or "[5]"."""
        self.child.expect(PROMPT)
        assert marks in (None, self.marks), self.prompt
        return COLOUR.sub("", str(self.child.before)).replace("\r\n", "\n").removesuffix("\n")

    @property
    def prompt(self) -> str:
        """The last prompt."""
        return str(self.child.match[0])

    @property
    def marks(self) -> str:
        """What it shows of database and transaction, "" for none."""
        return str(self.child.match["marks"])

    def until(self, pattern: str) -> str:
        """Wait for text that fits the pattern and give it."""
        self.child.expect(pattern)
        return str(self.child.match[0])

    def interrupt(self) -> None:
        """Press control-C."""
        self.child.sendintr()

    def end(self) -> str:
        """Wait for its end and give the last that it showed."""
        import pexpect

        self.child.expect(pexpect.EOF)
        rest = str(self.child.before)
        self.child.close()
        return rest

    @property
    def status(self) -> int | None:
        """The exit status after `end`."""
        return None if self.child.exitstatus is None else int(self.child.exitstatus)
