"""`structgrad.debug`: where a NaN came from, what the tape keeps alive, and which line changes what it needs."""

from structgrad.transforms.events import Origin
from structgrad.transforms.keeps import Memory, memory
from structgrad.transforms.origin import nan_origin
from structgrad.transforms.watch import watch

__all__ = ["nan_origin", "Origin", "memory", "Memory", "watch"]
