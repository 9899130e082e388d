"""Cases made by combining a command's options, so that no pair of options goes unasked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations, islice, permutations

from tests.compat.case import Case, Line, Step, about, case, words

CALLS_PER_CASE = 25  # enough to be quick, few enough to read when one fails


def option_cases(
    name: str, command: str, options: Sequence[str], *, at_most: int = 3, before: Sequence[Sequence[Line]] = ((),),
    after: Sequence[Line | Step] = (), any_order: bool = False, since: str = "7.0",
) -> Iterator[Case]:
    """`command` with every choice of up to `at_most` of the options, from each prepared state.

    `before` holds the states, each a list of calls that lead to it from the key "k" being absent; `after` shows what
    the command left. With `any_order` the options of a choice are tried in every order. Answers that differ by the
    running clock (TTL) are compared with some tolerance.
    """
    for state_number, state in enumerate(before):
        calls = _asked(command, options, at_most, any_order)
        part = 0
        while batch := list(islice(calls, CALLS_PER_CASE)):
            part += 1
            steps = [step for line in batch for step in (*_prepared(state), about(2000, line), *after)]
            yield case(f"{name}, state {state_number}, part {part}", *steps, since=since)


def value_cases(name: str, template: str, values: Sequence[str], *, before: Sequence[Line] = (),
                after: Sequence[Line | Step] = (), ways: Sequence[str] = (), since: str = "7.0") -> Iterator[Case]:
    """`template` with each of the values in place of its word @, as for the limits of a number."""
    pattern = words(template)
    steps: list[Line | Step] = []
    for value in values:
        inserted = value.encode("latin-1")
        asked = tuple(inserted if word == b"@" else word for word in pattern)
        steps += [*_prepared(before), Step(asked, ways=tuple(ways)), *after]
    yield case(name, *steps, since=since)


def _prepared(state: Sequence[Line]) -> list[Line]:
    return ["DEL k", *state]


def _asked(command: str, options: Sequence[str], at_most: int, any_order: bool) -> Iterator[str]:
    for count in range(at_most + 1):
        for choice in combinations(options, count):
            for order in permutations(choice) if any_order else (choice,):
                yield " ".join((command, *order))
