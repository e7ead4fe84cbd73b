"""The hot path in C, where it was built: `native` is the module made of src/native, or None.

It is an accelerator and nothing else: what Python's functions do defines what happens, and they do what is not plain.
STRUCTGRAD_PURE=1 in the environment does without it.
"""

import importlib
import os
from typing import Any

EDITION = 8  # of what both sides say to each other; a module of another one was built from other sources


def _found() -> Any:
    if os.environ.get("STRUCTGRAD_PURE"):
        return None
    try:
        module = importlib.import_module("structgrad._native")
    except ImportError:  # no compiler where this was installed
        return None
    return module if getattr(module, "EDITION", 0) == EDITION and module.claim() else None


native: Any = _found()
