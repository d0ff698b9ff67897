"""Units: what a level is made of.

    ╭── frame ─────────╮
    │  ● EntryPort     │
    │  ┌─────┐         │
    │  │ box │ BoxUnit │
    │  └─────┘         │
    │  ● ExitPort      │
    ╰──────────────────╯

At the level of a frame these are its boxes, the frames in it, and the points where data flows in
and out. At the level around it, the frame is one `FrameUnit`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BoxUnit:
    """A box, by its id."""

    box: str


@dataclass(frozen=True, slots=True)
class FrameUnit:
    """A frame at the level around it, by the id of its group."""

    frame: str


@dataclass(frozen=True, slots=True)
class EntryPort:
    """Where data flows into a frame, at the level inside it."""

    frame: str


@dataclass(frozen=True, slots=True)
class ExitPort:
    """Where data flows out of a frame, at the level inside it."""

    frame: str


Unit = BoxUnit | FrameUnit | EntryPort | ExitPort
