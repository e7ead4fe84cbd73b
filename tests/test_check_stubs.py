"""tests/check_stubs.py lets a stub say less than its package, and nothing else."""

import runpy
from pathlib import Path

import pytest

complaints = runpy.run_path(str(Path(__file__).parent / "check_stubs.py"))["complaints"]
PACKAGES = {
    "less": (
        "def f(a, b=1, *args, c=2, **kwargs): return a\nclass C:\n    def g(self, x=0): return x\n",
        "def f(a: int, *, c: int = 2) -> int: ...\nclass C:\n    def g(self, x: int) -> int: ...\n",
    ),
    "other": ("def f(a, b=1): return a\n", "def f(z: int) -> int: ...\ndef g() -> int: ...\n"),
    "nothing": ("", "def __getattr__(name: str) -> object: ...\n"),
    "absent": ("", "x: int\n"),
}


def test_a_stub_may_say_less_and_must_be_true(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, (module, stub) in PACKAGES.items():
        (tmp_path / "typings" / name).mkdir(parents=True)
        (tmp_path / "typings" / name / "__init__.pyi").write_text(stub)
        if name != "absent":
            (tmp_path / f"{name}.py").write_text(module)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))

    found = [line.split(",")[0] for line in complaints(tmp_path / "typings")]

    assert found[0].startswith("absent failed to import")
    assert "other.f is inconsistent" in found
    assert "other.g is not present at runtime" in found
    assert {line.split(".")[0] for line in found[1:]} == {"other"}
