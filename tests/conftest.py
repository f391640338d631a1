"""Sandboxes for every test folder, and what becomes of tests that need an engine where there is none."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from hypothesis import settings

from pygent.sandbox.api import SandboxUnavailableError
from pygent.sandbox.backends import bubblewrap
from pygent.sandbox.backends.bubblewrap import BubblewrapSandbox
from pygent.sandbox.backends.docker import DockerSandbox
from pygent.sandbox.backends.engine import connect
from pygent.sandbox.backends.local import LocalSandbox
from pygent.sandbox.backends.select import open_sandbox
from pygent.testing.small_target import write_slow_target
from tests.support.engine import PrivateEngine, private_engine

collect_ignore = ["support/third_party"]  # somebody else's package: its tests run where it is installed

# the same examples every time, and no failure because a shared machine was slow
settings.register_profile("pygent", deadline=None, derandomize=True)
settings.load_profile("pygent")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "bubblewrap: needs bubblewrap that can make namespaces")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with an engine's tests first: they last longest, and two processes should end together."""
    with_engine = {item.path for item in items if item.get_closest_marker("engine")}
    items.sort(key=lambda item: item.path not in with_engine)


@cache
def engine_trouble() -> str:
    """Why no engine can be used, or the empty string."""
    try:
        connect(timeout=10).close()
    except SandboxUnavailableError as error:
        return str(error)
    return ""


@cache
def bubblewrap_trouble() -> str:
    """Why bubblewrap cannot be used, or the empty string."""
    try:
        bubblewrap.find()
    except SandboxUnavailableError as error:
        return str(error)
    return ""


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    for marker, trouble in (("engine", engine_trouble), ("bubblewrap", bubblewrap_trouble)):
        if item.get_closest_marker(marker) and (words := trouble()):
            if os.environ.get("CI", "").lower() in ("1", "true"):
                pytest.fail(f"NOT TESTED: {words}", pytrace=False)
            pytest.skip(f"NOT TESTED: {words}")


@pytest.fixture(scope="session", autouse=True)
def _own_state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Tests trust what they write, and nothing of that is remembered for the person who runs them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield


@pytest.fixture(scope="session")
def docker_sandbox() -> Iterator[DockerSandbox]:
    """The real thing, self-tested. Tests that use it carry `@pytest.mark.engine`."""
    sandbox = open_sandbox("docker")
    assert isinstance(sandbox, DockerSandbox)
    with sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def bubblewrap_sandbox() -> Iterator[BubblewrapSandbox]:
    """The real thing without an engine, self-tested. Tests that use it carry `@pytest.mark.bubblewrap`."""
    sandbox = open_sandbox("bubblewrap")
    assert isinstance(sandbox, BubblewrapSandbox)
    with sandbox:
        yield sandbox


@pytest.fixture(
    scope="session",
    params=[
        pytest.param("docker", marks=pytest.mark.engine),
        pytest.param("bubblewrap", marks=pytest.mark.bubblewrap),
    ],
)
def real_sandbox(request: pytest.FixtureRequest) -> DockerSandbox | BubblewrapSandbox:
    """Each of the two that protect."""
    found: DockerSandbox | BubblewrapSandbox = request.getfixturevalue(f"{request.param}_sandbox")
    return found


@pytest.fixture(scope="session")
def local_sandbox() -> Iterator[LocalSandbox]:
    """The same protocol without any protection: for tests whose candidates are the tests' own."""
    with LocalSandbox() as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def own_engine() -> Iterator[PrivateEngine]:
    """An engine that may be stopped, hung and filled. Tests that use it carry `@pytest.mark.engine`."""
    with private_engine() as made:
        yield made


@pytest.fixture(scope="module")
def slow_target(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A target whose runs last long enough to be disturbed."""
    return write_slow_target(tmp_path_factory.mktemp("slow") / "target")
