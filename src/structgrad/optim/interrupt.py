"""Ctrl-C at a moment when it must not strike."""

import signal
import threading
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any


@contextmanager
def undisturbed() -> Generator[None]:
    """Hold Ctrl-C back until the block is done.

    Nothing is to be done in threads, which Python does not interrupt, nor where the handler is not Python's.
    """
    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or before is None:
        yield
        return
    waiting: list[Any] = []
    signal.signal(signal.SIGINT, lambda *frame: waiting.append(frame))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if waiting:
        signal.raise_signal(signal.SIGINT)
