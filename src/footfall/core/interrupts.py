"""Ctrl-C: what it stays whatever a library makes of it, and work that it must not end in the middle."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

STOPPED = "stopped; nothing was published"


@contextmanager
def interrupts_kept() -> Iterator[None]:
    """Let Ctrl-C end as KeyboardInterrupt also where a library at work makes another error of it."""
    heard: list[int] = []
    before = signal.getsignal(signal.SIGINT)

    def note(number: int, frame: FrameType | None) -> None:
        heard.append(number)
        if callable(before):
            before(number, frame)

    try:
        with _heard_by(note):
            yield
    except Exception as error:
        if heard:
            raise KeyboardInterrupt from error
        raise


@contextmanager
def interrupts_noted() -> Iterator[list[int]]:
    """Note Ctrl-C in the list that is given instead of raising it; it is raised at the end."""
    noted: list[int] = []
    try:
        with _heard_by(lambda number, _frame: noted.append(number)):
            yield noted
    finally:
        if noted:
            signal.raise_signal(signal.SIGINT)


@contextmanager
def _heard_by(handler: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    """Have Ctrl-C handled so where it is heard at all: in the main thread, unless it is ignored."""
    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(before):
        yield
        return
    signal.signal(signal.SIGINT, handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
