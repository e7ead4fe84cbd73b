"""The hot path in C, where it was built: `native` is the module made of src/native, or None.

It is an accelerator and nothing else. What Python's functions do defines what happens, and they do what is not plain.
STRUCTGRAD_PURE=1 in the environment does without it.
"""

import importlib
import os
from typing import Any


def _found() -> Any:
    if os.environ.get("STRUCTGRAD_PURE"):
        return None
    try:
        return importlib.import_module("structgrad._native")
    except ImportError:  # no compiler when this was installed
        return None


native: Any = _found()
