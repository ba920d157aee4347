"""Files into a folder: all of them, or none."""

import contextlib
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from data.evaluation.problems import EditionError


def write_all(folder: Path, files: Mapping[str, bytes]) -> list[Path]:
    """Their paths, by name. The folder is made if need be; files of these names are replaced.

    Raises EditionError if they cannot all be written; those that were there are then unharmed.
    """
    was_there = folder.exists()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in files:
            if (folder / name).is_dir():  # which no file can take the place of
                raise IsADirectoryError(0, f"{name} is a folder in it")
        with tempfile.TemporaryDirectory(prefix=".pantau-", dir=folder) as made:
            for name, content in files.items():
                (Path(made) / name).write_bytes(content)
            for name in files:
                os.replace(Path(made) / name, folder / name)
    except OSError as error:
        if not was_there:
            _remove_empty(folder)
        reason = error.strerror or type(error).__name__
        raise EditionError(f"{folder} cannot be written: {reason}; choose another folder") from None
    return [folder / name for name in sorted(files)]


def _remove_empty(folder: Path) -> None:
    with contextlib.suppress(OSError):  # it was never made, or others have put something there
        folder.rmdir()
