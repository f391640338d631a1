"""Images: what goes in, and that they are made once."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterator
from typing import Any

import pytest

from pygent.sandbox.api import BoxSpec, Call, Isolation, Program, Sandbox, SandboxUnavailableError
from pygent.sandbox.backends.engine import connect
from pygent.sandbox.images import rootfs
from pygent.sandbox.images.image import HOST, Images


@pytest.fixture
def client() -> Iterator[Any]:
    found = connect()
    yield found
    found.close()


def test_the_root_file_system_holds_the_interpreter_and_no_ballast() -> None:
    names = set(rootfs.plan().files)
    assert any(name.endswith("/json/decoder.py") for name in names)
    assert not any("/test/" in name or "/tkinter/" in name or "/ensurepip/" in name for name in names)
    assert not any("site-packages" in name or name.endswith(".a") for name in names)


def test_every_source_has_bytecode_that_is_valid_by_itself() -> None:
    stream = io.BytesIO()
    full = rootfs.plan()
    part = {name: path for name, path in full.files.items() if "/bin/" in name or "/json/" in name}
    rootfs.RootFs(part, ()).write(stream)
    stream.seek(0)
    with tarfile.open(fileobj=stream) as tar:
        names = tar.getnames()
        (compiled,) = [name for name in names if "json/__pycache__/decoder" in name]
        found = tar.extractfile(compiled)
        assert found is not None
        flags = int.from_bytes(found.read()[4:8], "little")
        assert all(member.uid == member.mtime == 0 for member in tar.getmembers())
    assert flags == 1  # hash-based, unchecked
    assert any("/libc.so" in name for name in names)
    assert any("ld-linux" in name for name in names)


def test_a_package_brings_what_it_requires() -> None:
    tops = {
        name.split("site-packages/")[1].split("/")[0]
        for name in rootfs.plan(("radon",)).files
        if "site-" in name
    }
    assert {"radon", "mando"} <= tops
    assert rootfs.plan(("radon",)).digest != rootfs.plan().digest


def test_what_is_no_requirement_is_told() -> None:
    with pytest.raises(SandboxUnavailableError, match="'!!' is not a requirement"):
        rootfs.plan(("!!",))


@pytest.mark.engine
def test_an_image_is_made_once_and_found_again(client: Any) -> None:
    name = Images(client, HOST).ensure()
    identity = client.images.get(name).id
    assert Images(client, HOST).ensure() == name
    assert client.images.get(name).id == identity


@pytest.mark.engine
def test_an_image_of_the_users_own_is_taken_as_base(client: Any) -> None:
    made = Images(client, HOST).ensure()
    client.images.get(made).tag("pygent-test-base:1")
    try:
        name = Images(client, "pygent-test-base:1").ensure(rebuild=True)
        assert name != made
        assert client.images.get(name).id == client.images.get(made).id
        client.images.remove(name)
    finally:
        client.images.remove("pygent-test-base:1")


def test_packages_can_be_imported_in_the_box(real_sandbox: Sandbox) -> None:
    program = Program({"m.py": "import radon\ndef f(): return radon.__file__"}, "m:f")
    with real_sandbox.box(BoxSpec(packages=("radon",)), Isolation.PROCESS) as box:
        assert "site-packages/radon" in str(box.run(program, [Call()]).last.value)


def test_the_standard_library_works_in_the_box(real_sandbox: Sandbox) -> None:
    names = [
        "ssl",
        "sqlite3",
        "hashlib",
        "decimal",
        "zlib",
        "bz2",
        "lzma",
        "asyncio",
        "unittest",
        "multiprocessing",
    ]
    source = "import importlib\ndef f(names): return [importlib.import_module(n).__name__ for n in names]"
    with real_sandbox.box(BoxSpec(), Isolation.PROCESS) as box:
        assert box.run(Program({"m.py": source}, "m:f"), [Call((names,))]).last.value == names
