"""Files that are replaced as a whole: whoever looks, at whatever moment, finds the old one or the new one."""

import os
import secrets
import stat
from collections.abc import Iterable
from pathlib import Path


def replace(path: Path, parts: Iterable[bytes | memoryview]) -> None:
    """Put a file of these parts in the place of the one at path, or of none.

    The parts are on the disk before the file gets its name, and the name is when this returns. A symbolic link stays
    one: what it leads to is replaced. The new file has the mode of the old one, or the one that the umask gives.
    OSError from the system; unless it comes at the very end, from the folder, the old file stands as it was.
    """
    target = path.resolve()
    if target.exists() and not target.is_file():
        raise FileExistsError(f"{path} is a folder or a device, and no file to be replaced")
    fresh = target.with_name(f".structgrad-{secrets.token_hex(8)}.tmp")  # its own: two processes may save at once
    try:
        with fresh.open("xb") as file:
            for part in parts:
                file.write(part)
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            fresh.chmod(stat.S_IMODE(target.stat().st_mode))
        os.replace(fresh, target)  # noqa: PTH105  # the one call whose atomicity POSIX promises, under its own name
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
    _sync_folder(target.parent)


def _sync_folder(folder: Path) -> None:
    """Bring a folder's list of names to the disk, where the system opens folders."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
