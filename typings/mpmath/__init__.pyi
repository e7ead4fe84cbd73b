# mpmath ships no types; tests take single numbers from it.
from typing import Any

def __getattr__(name: str) -> Any: ...
