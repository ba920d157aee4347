"""A preset: a TOML file that says how to read one kind of export. Found by name, or by path."""

import tomllib
from pathlib import Path

from data.imports.preset_model import Preset, PresetError, fold, heading
from data.imports.preset_settings import read_settings

__all__ = ["Preset", "PresetError", "fold", "heading", "load_preset", "preset_names"]

FOLDER = Path(__file__).parent / "presets"


def preset_names() -> list[str]:
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def load_preset(name: str) -> Preset:
    """The preset of that name, or of that path when it ends in .toml. Raises PresetError."""
    own = name.endswith(".toml")
    path = Path(name) if own else FOLDER / f"{name}.toml"
    if not own and name not in preset_names():
        raise PresetError(
            f"preset {name!r} is not one of {', '.join(preset_names())}; "
            "give one of these, or the path of your own .toml file"
        )
    try:
        settings = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise PresetError(f"preset {path} cannot be read: {error}") from error
    return read_settings(path, settings)
