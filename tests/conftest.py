"""Sandboxes for every test folder, and what becomes of tests that need an engine where there is none."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache

import pytest
from hypothesis import settings

from sandbox.docker import DockerSandbox, connect
from sandbox.local import LocalSandbox
from sandbox.select import open_sandbox
from sandbox.types import SandboxUnavailable

# the same examples every time, and no failure because a shared machine was slow
settings.register_profile("pygent", deadline=None, derandomize=True)
settings.load_profile("pygent")


@cache
def engine_trouble() -> str:
    """Why no engine can be used, or the empty string."""
    try:
        connect(timeout=10).close()
    except SandboxUnavailable as error:
        return str(error)
    return ""


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("engine") and (trouble := engine_trouble()):
        if os.environ.get("CI", "").lower() in ("1", "true"):
            pytest.fail(f"NOT TESTED: {trouble}", pytrace=False)
        pytest.skip(f"NOT TESTED: {trouble}")


@pytest.fixture(scope="session")
def docker_sandbox() -> Iterator[DockerSandbox]:
    """The real thing, self-tested. Tests that use it carry `@pytest.mark.engine`."""
    sandbox = open_sandbox("docker")
    assert isinstance(sandbox, DockerSandbox)
    with sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def local_sandbox() -> Iterator[LocalSandbox]:
    """The same protocol without any protection: for tests whose candidates are the tests' own."""
    with LocalSandbox() as sandbox:
        yield sandbox
