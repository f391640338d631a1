"""Finds what a folder, or one of its files, would run or loosen."""

from __future__ import annotations

from pathlib import Path

from pygent.evolution.extension_points import sources_of
from pygent.evolution.proposers.run_profiles import OWN, of_profile
from pygent.evolution.settings.config import ConfigError
from pygent.evolution.settings.settings_file import FILE, of_settings, read_settings
from pygent.extensions import ExtensionError
from pygent.gateway.mcp.mcp_config import DEFAULT
from pygent.gateway.mcp.pins import exhibit as of_pins
from pygent.gateway.mcp.server_trust import exhibits as of_servers
from pygent.target_modules.spec.target_registry import find_target
from pygent.target_modules.trust.exhibit import Exhibit
from pygent.target_modules.trust.target_exhibits import MANIFEST, TESTS, of_target


def found_at(path: Path) -> list[Exhibit]:
    """The exhibits of a file, or of a folder: its settings, MCP servers, profiles and target.

    Raises `ConfigError`, `McpConfigError` or `TargetError` if a file cannot be read.
    """
    if path.is_dir():
        inside = [path / FILE, path / DEFAULT, *sorted((path / OWN).glob("*.toml")), path / MANIFEST]
        return [one for file in inside if file.is_file() for one in found_at(file)]
    if not path.is_file():
        raise ConfigError(f"{path}: no such file or folder")
    if path.name in (MANIFEST, TESTS):
        return of_target(find_target(str(path.absolute().parent)))
    if path.suffix == ".json":
        return _of_json(path)
    return _of_toml(path)


def _of_json(path: Path) -> list[Exhibit]:
    if path.name == "mcp-pins.json":
        return [of_pins(path, path.read_bytes())]
    return of_servers(path)


def _of_toml(path: Path) -> list[Exhibit]:
    """Settings or a profile. Outside the usual places only its use tells which, so it is taken as both."""
    try:
        data, text = read_settings(path)
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path}: not TOML: {error}") from None
    try:
        settings = of_settings(path, data, text, sources=sources_of(data))
    except ExtensionError as error:
        raise ConfigError(f"{path}: {error}") from None
    return settings if path.name == FILE else [of_profile(path, text.encode()), *settings]
