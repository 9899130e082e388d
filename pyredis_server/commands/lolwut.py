"""The pictures of LOLWUT. All are drawn with a random generator that is handed in, in time and size that are bounded.

A piece is a function of numbers that the client may give, and of the generator. Numbers beyond the limits are brought
within them.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

MOST_COLUMNS = 160
MOST_ROWS = 80
_ORBIT_STEPS = 5000  # about 5 ms

Piece = Callable[[Sequence[int], random.Random], str]


def draw(version: int, numbers: Sequence[int], rng: random.Random) -> str:
    """Draw the piece of a version; nothing for a version that has none."""
    piece = PIECES.get(version)
    return f"{piece(numbers, rng)}\n" if piece is not None else ""


def orbit(numbers: Sequence[int], rng: random.Random) -> str:
    """A curve of two swinging pendulums that slowly come to rest, in Braille dots. Numbers: columns, rows."""
    columns, rows = _size(numbers, 60, 24)
    wide, high = columns * 2, rows * 4
    canvas = [[0] * columns for _ in range(rows)]
    ratios = [rng.choice((1, 2, 3, 4, 5)) + rng.uniform(-0.02, 0.02) for _ in range(4)]
    phases = [rng.uniform(0, math.tau) for _ in range(4)]
    for step in range(_ORBIT_STEPS):
        at = step / 60
        swing = [math.sin(ratio * at + phase) for ratio, phase in zip(ratios, phases, strict=True)]
        fade = math.exp(-at / 60) / 2
        x = int((wide - 1) * (0.5 + (swing[0] + swing[1]) / 2 * fade))
        y = int((high - 1) * (0.5 + (swing[2] + swing[3]) / 2 * fade))
        canvas[y // 4][x // 2] |= _braille_dot(x % 2, y % 4)
    return "".join("".join(chr(0x2800 + dots) for dots in line) + "\n" for line in canvas)


def dunes(numbers: Sequence[int], rng: random.Random) -> str:
    """Hills behind hills under a moon. Numbers: columns, rows."""
    columns, rows = _size(numbers, 76, 20)
    canvas = [[" "] * columns for _ in range(rows)]
    for _ in range(columns * rows // 60):
        canvas[rng.randrange(max(1, rows // 2))][rng.randrange(columns)] = rng.choice(".'`*")
    moon_x, moon_y = rng.randrange(columns), rows // 5
    for y in range(rows):
        for x in range(columns):
            if ((x - moon_x) / 2) ** 2 + (y - moon_y) ** 2 <= 5:
                canvas[y][x] = "@"
    for depth, shade in enumerate("░▒▓█"):
        waves = [(rng.uniform(0.02, 0.14), rng.uniform(0, math.tau), rng.uniform(0.4, 1)) for _ in range(3)]
        base = rows * (0.45 + 0.15 * depth)
        for x in range(columns):
            rise = sum(weight * math.sin(length * x + phase) for length, phase, weight in waves) * rows / 16
            for y in range(max(0, int(base - rise)), rows):
                canvas[y][x] = shade
    return "".join("".join(line) + "\n" for line in canvas)


def weave(numbers: Sequence[int], rng: random.Random) -> str:
    """A one-dimensional automaton with a random rule, each row the next generation. Numbers: columns, rows, rule."""
    columns, rows = _size(numbers, 72, 24)
    rule = numbers[2] & 255 if len(numbers) > 2 else rng.choice((18, 22, 30, 45, 60, 73, 90, 105, 110, 126, 150, 182))
    cells = [rng.random() < 0.5 for _ in range(columns)]
    if rng.random() < 0.5:
        cells = [index == columns // 2 for index in range(columns)]
    lines = []
    for _ in range(rows):
        lines.append("".join("▚" if cell else " " for cell in cells) + "\n")
        cells = [bool(rule >> (cells[index - 1] << 2 | cells[index] << 1 | cells[(index + 1) % columns]) & 1)
                 for index in range(columns)]
    return f"{''.join(lines)}rule {rule}\n"


def _size(numbers: Sequence[int], columns: int, rows: int) -> tuple[int, int]:
    wanted = [*numbers[:2], *(columns, rows)[len(numbers[:2]):]]
    return min(max(wanted[0], 1), MOST_COLUMNS), min(max(wanted[1], 1), MOST_ROWS)


def _braille_dot(x: int, y: int) -> int:
    """The bit of a dot in a Braille character, two dots wide and four high."""
    return (1 << (y + 3 * x)) if y < 3 else (0x40 << x)


LATEST: Final = 8
PIECES: Final[Mapping[int, Piece]] = MappingProxyType({5: orbit, 6: dunes, LATEST: weave})
