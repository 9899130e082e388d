"""What a session does by itself: the steps of CLIENT REPLY."""

from __future__ import annotations

import pytest

from pyredis_server.sessions.session import GATE_MULTI, GATE_REPLY_OFF, Session
from tests.unit.sessions.stand_ins import session


def with_skip(made: Session) -> Session:
    made.reply_skip_next = 2
    made.set_gate(GATE_REPLY_OFF, True)
    return made


def test_skip_silences_only_the_command_after_it() -> None:
    made = with_skip(session())
    silenced = []
    for _ in range(3):
        silenced.append(made.silenced)
        made.reply_decided()
    assert silenced == [False, True, False]
    assert not made.gate & GATE_REPLY_OFF


def test_off_silences_until_it_is_taken_back() -> None:
    made = session()
    made.reply_off = True
    made.set_gate(GATE_REPLY_OFF, True)
    for _ in range(3):
        assert made.silenced
        made.reply_decided()
    assert made.gate & GATE_REPLY_OFF


@pytest.mark.parametrize("on", [True, False])
def test_setting_a_gate_leaves_the_others_alone(on: bool) -> None:
    made = session()
    made.gate = GATE_MULTI
    made.set_gate(GATE_REPLY_OFF, on)
    assert made.gate & GATE_MULTI
    assert bool(made.gate & GATE_REPLY_OFF) is on
