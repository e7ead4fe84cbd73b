"""The progress bar: shown to a terminal, silent elsewhere, and never in the way."""

import io
import subprocess
import sys
from typing import Any

import pytest

from structgrad import optim


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Put a terminal in the place of stderr: in the test itself, for pytest puts its own there after the fixtures."""
    stderr = Terminal()
    monkeypatch.setattr(sys, "stderr", stderr)
    return stderr


def run(n: int = 3, opt: optim.Optimizer | None = None, batches: Any = None, **options: Any) -> None:
    for _ in optim.descend(lambda w, i: 2.0 * w, 10.0, batches or range(n), opt or optim.sgd(1.0), **options):
        pass


def test_a_terminal_sees_loss_and_rate(monkeypatch: pytest.MonkeyPatch) -> None:
    stderr = terminal(monkeypatch)
    run(held_out=lambda w: w + 0.25, every=2, opt=optim.inject(optim.sgd, rate=0.5))
    last = stderr.getvalue().rstrip().splitlines()[-1].split("\r")[-1]
    assert "3/3" in last
    assert "step/s" in last
    assert "loss 16, held out 8.25, rate 0.5" in last  # of the third batch, asked after two steps


def test_without_inject_and_held_out_there_is_the_loss_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    stderr = terminal(monkeypatch)
    run()
    assert "loss 12]" in stderr.getvalue()


def test_a_rate_is_found_inside_a_chain(monkeypatch: pytest.MonkeyPatch) -> None:
    stderr = terminal(monkeypatch)
    run(opt=optim.chain(optim.clip(9.0), optim.inject(optim.momentum, rate=0.125)))
    assert "rate 0.125" in stderr.getvalue()


def test_batches_without_end_have_a_bar_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    stderr = terminal(monkeypatch)
    for s in optim.descend(lambda w, i: 1.0 + 0.0 * w, 1.0, iter(range(9)), optim.sgd(1.0)):
        if s.step == 4:
            break
    assert "loss 1" in stderr.getvalue()
    assert "/9" not in stderr.getvalue()


def test_a_descent_that_goes_on_counts_on(monkeypatch: pytest.MonkeyPatch) -> None:
    stderr = terminal(monkeypatch)
    first = next(optim.descend(lambda w, i: 2.0 * w, 10.0, range(3), optim.sgd(1.0), progress=False))
    assert stderr.getvalue() == ""
    run(start=first)
    assert "3/3" in stderr.getvalue()
    assert "0/3" not in stderr.getvalue()


def test_where_nobody_watches_nothing_is_written(capfd: pytest.CaptureFixture[str]) -> None:
    run()
    assert capfd.readouterr() == ("", "")


def test_where_there_is_no_stderr_nothing_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", None)
    run()


def test_the_bar_can_be_had_without_a_terminal(capfd: pytest.CaptureFixture[str]) -> None:
    run(progress=True)
    assert "3/3" in capfd.readouterr().err


def test_without_tqdm_there_is_no_bar_unless_it_was_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    stderr = terminal(monkeypatch)
    monkeypatch.setitem(sys.modules, "tqdm", None)
    run()
    assert stderr.getvalue() == ""
    with pytest.raises(ImportError, match=r"pip install structgrad\[progress\]"):
        optim.descend(lambda w, i: w, 1.0, range(3), optim.sgd(1.0), progress=True)


def test_tqdm_is_not_imported_where_nobody_watches() -> None:
    code = (
        "import sys\nfrom structgrad import optim\n*_, s = optim.descend(lambda w, i: w, 1.0, range(3), optim.sgd(1.0))"
    )
    code += "\nprint(s.step, {'tqdm', 'safetensors'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("3 set()\n", "")
