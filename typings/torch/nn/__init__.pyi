# Any: only benchmarks/ and the tests that hold structgrad against peers see this, and a checker is to answer the same
# where it is not installed, and not to read two million lines to check forty.
from typing import Any

def __getattr__(name: str) -> Any: ...
