"""A crash at any moment leaves the old file or the new one, and never half of one."""

import errno
import os
import random
import signal
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from structgrad.saving import load, save

LIKE = [np.zeros(100_000), np.zeros(3)]


def numbers(x: list[Any]) -> set[float]:
    """The distinct numbers of a struct, of which a file that was saved as a whole has one."""
    return set(np.unique(np.concatenate(x)).tolist())


@pytest.fixture
def old(tmp_path: Path) -> Path:
    save(tmp_path / "x", [np.ones(100_000), np.ones(3)])
    return tmp_path / "x"


# A process that starts a worker for each line it reads. A worker saves in turn a struct of ones and one of twos, and
# tells a byte before and after each step. The process that reads kills it when it likes.
NURSERY = """
import os, sys, numpy as np
from structgrad.saving import save
path = sys.argv[1]

def telling(f):
    def told(*args, **kwargs):
        os.write(1, b".")
        y = f(*args, **kwargs)
        os.write(1, b".")
        return y
    return told

def work():
    os.fsync, os.replace = telling(os.fsync), telling(os.replace)
    structs = [[np.full(100_000, x), np.full(3, x)] for x in (1.0, 2.0)]
    while True:
        for struct in structs:
            save(path, struct)

for _ in sys.stdin:
    worker = os.fork()
    if worker == 0:
        work()
    os.write(1, f"{worker}\\n".encode())
    os.waitpid(worker, 0)
    os.write(1, b"dead\\n")
"""


@pytest.mark.feature(170)
def test_a_process_killed_at_any_moment_leaves_a_whole_file(old: Path) -> None:
    draw, found = random.Random(0), set()
    command = [sys.executable, "-c", NURSERY, str(old)]
    environment = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0, env=environment
    ) as nursery:
        assert nursery.stdin is not None
        assert nursery.stdout is not None
        for _ in range(30):
            nursery.stdin.write(b"go\n")
            worker = int(nursery.stdout.readline().strip(b".\n"))
            nursery.stdout.read(1)
            for _ in range(draw.randrange(40)):
                nursery.stdout.read(1)
            os.kill(worker, signal.SIGKILL)
            while not nursery.stdout.readline().endswith(b"dead\n"):
                pass
            back = numbers(load(old, LIKE))
            assert len(back) == 1
            found |= back
        nursery.stdin.close()

    assert found == {1.0, 2.0}  # or no worker had the time to replace the file


@pytest.mark.feature(170)
@pytest.mark.parametrize(
    ("moment", "left"),
    [("os.fsync(file)", 1.0), ("os.replace", 1.0), ("after os.replace", 2.0), ("half written", 1.0)],
)
def test_a_process_that_dies_at_this_moment_leaves_a_whole_file(old: Path, moment: str, left: float) -> None:
    code = """
import os, signal, sys, pathlib, numpy as np
from structgrad.saving import save
path, moment = sys.argv[1:]
die = lambda *a: os.kill(os.getpid(), signal.SIGKILL)
replace, open_ = os.replace, pathlib.Path.open
if moment == "os.fsync(file)": os.fsync = die
if moment == "os.replace": os.replace = die
if moment == "after os.replace": os.replace = lambda *a: (replace(*a), die())
if moment == "half written":
    import structgrad.saving.saved as saved
    def halves(parts):
        first, digest, rest = parts
        yield first; yield digest; yield rest[:400_000]; die()
    pack = saved.pack
    saved.pack = lambda s: halves(pack(s))
save(path, [np.full(100_000, 2.0), np.full(3, 2.0)])
"""
    done = subprocess.run([sys.executable, "-c", code, str(old), moment], check=False)

    assert done.returncode == -signal.SIGKILL
    assert numbers(load(old, LIKE)) == {left}


def fail(*args: Any) -> None:
    raise OSError(errno.ENOSPC, "no space left")


class Full:
    """A file on a full disk, where the first write still has room."""

    def __init__(self, file: Any) -> None:
        self.file, self.room = file, True

    def __enter__(self) -> "Full":
        return self

    def __exit__(self, *error: object) -> None:
        self.file.close()

    def write(self, data: bytes) -> None:
        if not self.room:
            fail()
        self.room = False
        self.file.write(data)


@pytest.mark.feature(170)
@pytest.mark.parametrize("step", ["fsync", "replace", "write", "interrupt"])
def test_a_step_that_fails_leaves_the_old_file_and_no_other(
    old: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def interrupt(*args: Any) -> None:
        raise KeyboardInterrupt

    opened = Path.open
    plants: dict[str, tuple[Any, str, Callable[..., Any]]] = {
        "fsync": (os, "fsync", fail),
        "replace": (os, "replace", fail),
        "write": (Path, "open", lambda path, mode: Full(opened(path, mode))),
        "interrupt": (os, "fsync", interrupt),
    }
    with monkeypatch.context() as patch:
        patch.setattr(*plants[step])
        with pytest.raises(KeyboardInterrupt if step == "interrupt" else OSError):
            save(old, [np.full(100_000, 2.0), np.full(3, 2.0)])

    assert numbers(load(old, LIKE)) == {1.0}
    assert list(old.parent.iterdir()) == [old]


@pytest.mark.parametrize("struct", [LIKE, [1.0]])  # larger and smaller than what Python keeps in its own buffer
def test_the_file_is_on_the_disk_before_it_has_its_name_and_the_name_before_save_returns(
    old: Path, monkeypatch: pytest.MonkeyPatch, struct: Any
) -> None:
    steps: list[str] = []
    sync, replace = os.fsync, os.replace

    def fsync(descriptor: int) -> None:
        status = os.fstat(descriptor)
        steps.append("folder" if stat.S_ISDIR(status.st_mode) else f"file of {status.st_size}")
        sync(descriptor)

    def renamed(source: Path, target: Path) -> None:
        steps.append(f"{source.parent == target.parent}")
        replace(source, target)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "replace", renamed)
    save(old, struct)

    assert steps == [f"file of {old.stat().st_size}", "True", "folder"]


def test_where_the_folder_cannot_be_brought_to_the_disk_the_new_file_is_whole(
    old: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sync = os.fsync
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", lambda fd: fail() if stat.S_ISDIR(os.fstat(fd).st_mode) else sync(fd))
        with pytest.raises(OSError, match="no space left"):
            save(old, [np.full(100_000, 2.0), np.full(3, 2.0)])

    assert numbers(load(old, LIKE)) == {2.0}
    assert list(old.parent.iterdir()) == [old]


def test_a_system_that_opens_no_folders_is_not_asked_to(old: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(os, "O_DIRECTORY")
    save(old, LIKE)

    assert numbers(load(old, LIKE)) == {0.0}


@pytest.mark.parametrize("mask", [0o022, 0o077])
def test_a_new_file_has_the_mode_that_the_umask_gives(tmp_path: Path, mask: int) -> None:
    before = os.umask(mask)
    try:
        save(tmp_path / "x", 1.0)
    finally:
        os.umask(before)

    assert stat.S_IMODE((tmp_path / "x").stat().st_mode) == 0o666 & ~mask


def test_a_file_that_is_replaced_keeps_its_mode(old: Path) -> None:
    old.chmod(0o640)
    save(old, LIKE)

    assert stat.S_IMODE(old.stat().st_mode) == 0o640


def test_a_link_stays_a_link(old: Path) -> None:
    link = old.with_name("link")
    link.symlink_to(old)
    save(link, LIKE)

    assert link.is_symlink()
    assert numbers(load(old, LIKE)) == {0.0}


def test_what_is_no_file_is_not_replaced(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")  # in place of a device, which a fault must not be able to reach

    for path in (tmp_path, tmp_path / "pipe"):
        with pytest.raises(FileExistsError, match="is a folder or a device"):
            save(path, 1.0)
    assert [path.is_fifo() for path in tmp_path.iterdir()] == [True]


def test_a_relative_path_is_taken_from_where_one_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    save("x", 1.0)

    assert [path.name for path in tmp_path.iterdir()] == ["x"]
    assert load("x", 2.0) == 1.0
