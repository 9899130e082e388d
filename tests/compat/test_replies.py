"""Every case's replies, from a real Redis and from ours, must be the same."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.compat.case import Case
from tests.compat.differences import DIFFERENCES
from tests.compat.normalise import same, ways_of
from tests.compat.play import Player
from tests.support.reference import Reference

pytestmark = pytest.mark.compat


def all_cases() -> Iterator[object]:
    for path in sorted(Path(__file__).parent.glob("cases_*.py")):
        group = path.stem.removeprefix("cases_")
        module = importlib.import_module(f"tests.compat.{path.stem}")
        for case in module.CASES:
            for protocol in case.protocols:
                name = case.name.replace(" ", "_")
                yield pytest.param(group, case, protocol, id=f"{group}-{name}-resp{protocol}")


@pytest.mark.parametrize(("group", "case", "protocol"), list(all_cases()))
def test_replies_are_those_of_redis(
    group: str, case: Case, protocol: int, reference: Reference, theirs: Player, ours: Player,
) -> None:
    if not reference.knows(case.since):
        pytest.skip(f"the case asks for Redis {case.since}, the reference is {reference}")
    known = [entry for entry in DIFFERENCES if entry.applies_to(reference.version)]
    problems = []
    seen = set()
    for step, their, our in zip(case.steps, theirs.play(case, protocol), ours.play(case, protocol), strict=True):
        is_same = same(their, our, (*ways_of(step.argv), *step.ways))
        excuses = [entry for entry in known if entry.covers(group, case, step, protocol)]
        if not is_same and not excuses:
            problems.append(f"{step}\n    theirs {their}\n    ours   {our}")
        if not is_same:
            seen.update(excuses)
    if reference.is_main:
        problems += [
            f"no longer differs, take it out of differences.py: {entry}" for entry in known if entry not in seen
            and any(entry.covers(group, case, step, protocol) for step in case.steps)
        ]
    assert not problems, f"against {reference}:\n" + "\n".join(problems)
