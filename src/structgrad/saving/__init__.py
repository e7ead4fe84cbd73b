"""`structgrad.save` and `structgrad.load`: structs in safetensors files."""

from structgrad.saving.format import SavedFileError
from structgrad.saving.saved import load, save

__all__ = ["SavedFileError", "load", "save"]
