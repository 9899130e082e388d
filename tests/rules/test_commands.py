"""Declarations of commands agree with their handlers, and say what COMMAND DOCS must tell."""

from __future__ import annotations

import inspect
import re

import pytest

from pyredis_server.commands.registry import Command, CommandTable
from tests.rules.project import modules_of

TABLE = CommandTable(modules_of("pyredis_server.commands"))
COMMANDS = sorted(TABLE.walk(), key=lambda found: found.name)


@pytest.mark.parametrize("found", COMMANDS, ids=lambda found: found.name)
def test_a_handler_takes_what_the_arity_promises(found: Command) -> None:
    if found.subcommands:
        return  # a container's handler is never run
    names = 1 + found.spec.name.count(" ")
    parameters = list(inspect.signature(found.handler).parameters.values())[1:]
    positional = [one for one in parameters if one.kind in (one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD)]
    required = [one for one in positional if one.default is one.empty]
    takes_rest = any(one.kind is one.VAR_POSITIONAL for one in parameters)
    arity = found.spec.arity
    if arity > 0:
        assert not takes_rest
        assert len(required) <= arity - names <= len(positional)
    else:
        assert takes_rest or len(positional) > -arity - names
        assert len(required) <= -arity - names


@pytest.mark.parametrize("found", COMMANDS, ids=lambda found: found.name)
def test_a_command_says_what_it_does_and_what_it_costs(found: Command) -> None:
    spec = found.spec
    assert re.fullmatch(r"[A-Z].{8,}\.", spec.summary), spec.summary
    assert spec.complexity or found.subcommands
    assert re.fullmatch(r"\d+\.\d+\.\d+", spec.since), spec.since
    assert spec.name == spec.name.upper()


@pytest.mark.parametrize("found", [one for one in COMMANDS if one.spec.keys], ids=lambda found: found.name)
def test_a_command_with_keys_names_them_among_its_arguments(found: Command) -> None:
    assert found.spec.args, "COMMAND DOCS shows no argument"
