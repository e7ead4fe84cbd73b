"""Compiles the module `structgrad._native` while a wheel is built; where that can't be done, the wheel goes without.

An editable installation gets the module beside the sources, any other wheel takes it in. STRUCTGRAD_PURE=1 in the
environment leaves it out.
"""

import os
import shutil
import sys
from pathlib import Path
from typing import Any

import numpy as np
from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from setuptools import Distribution, Extension
from setuptools.errors import BaseError, CCompilerError

HERE = Path(__file__).parent
BUILT = HERE.parents[1] / "build" / "native"


def compiled() -> Path:
    """Compile the module and give its path. BaseError, CCompilerError or OSError where that can't be done."""
    optimised = [] if sys.platform == "win32" else ["-O3", "-g0"]
    sources = [os.path.relpath(path) for path in sorted(HERE.glob("*.c"))]
    extension = Extension(
        "structgrad._native",
        sources,
        include_dirs=[np.get_include()],
        depends=[os.path.relpath(path) for path in sorted(HERE.glob("*.h"))],
        extra_compile_args=optimised,
    )
    command: Any = Distribution({"name": "structgrad", "ext_modules": [extension]}).get_command_obj("build_ext")
    command.build_lib, command.build_temp = str(BUILT / "lib"), str(BUILT)
    command.ensure_finalized()
    command.run()
    return Path(command.get_outputs()[0])


class Native(BuildHookInterface[Any]):
    """Hatch's hook: called before each wheel."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile, and say that the wheel is for this machine alone."""
        if os.environ.get("STRUCTGRAD_PURE"):
            return
        try:
            module = compiled()
        except (BaseError, CCompilerError, OSError) as error:
            print(f"structgrad: built without its C part, for it did not compile: {error}", file=sys.stderr)
            return
        build_data["pure_python"], build_data["infer_tag"] = False, True
        if version == "editable":
            shutil.copy(module, HERE.parent / "structgrad")
        else:
            build_data["force_include"][str(module)] = f"structgrad/{module.name}"
