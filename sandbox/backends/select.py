"""Choose and test a sandbox at the start of a run."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal, cast

from pygent.extensions import ExtensionError, Registry
from pygent.sandbox.api import Sandbox, SandboxFaultError, SandboxUnavailableError

if TYPE_CHECKING:
    from pygent.sandbox.host.pool import Pool

Kind = Literal["auto", "docker", "bubblewrap"]
_MADE = "pygent.sandbox.backends.select:make_sandbox"
SANDBOXES = Registry[Sandbox](
    "sandbox",
    "pygent.sandboxes",
    {"auto": _MADE, "docker": _MADE, "bubblewrap": _MADE},
    ("box", "prepare", "check", "close"),
)


def make_sandbox(kind: Kind = "auto", *, base: str | None = None, runtime: str | None = None) -> Pool:
    """Make a sandbox with its image, not tested yet; the caller closes it.

    `auto` is a Docker engine if one answers, else bubblewrap. `base` is the image to build on
    (`BASE` by default; bubblewrap takes only `HOST`). `runtime` is
    the engine's name for what runs containers, such as `runsc`; by default the engine's own choice. Leftovers
    of killed processes are removed on the way. Raises `SandboxUnavailableError` with the remedy.
    """
    if kind not in ("auto", "docker", "bubblewrap"):
        raise SandboxUnavailableError(f"no sandbox is called {kind!r}: use auto, docker or bubblewrap")
    if _has_engine(kind):
        return _docker(base, runtime or "")
    if runtime:
        raise SandboxUnavailableError(
            f"bubblewrap has no runtimes: leave out --runtime {runtime}, or use a Docker engine for it"
        )
    return _bubblewrap(base)


def open_sandbox(
    kind: str = "auto", *, base: str | None = None, runtime: str | None = None, waive: Iterable[str] = ()
) -> Sandbox:
    """Make a sandbox that has passed the self-test. Raises `SandboxUnavailableError` if it has not.

    `kind` is the name of one of ours or of an installed package, or a reference (`pygent.extensions`) to a
    class or function that makes one without arguments. A foreign sandbox takes the same test: it is not
    asked what it thinks of itself. Limits that are not in force appear in its name, and in `unlimited` except
    those that `waive` names.
    """
    from pygent.sandbox.backends.waivers import missing
    from pygent.sandbox.selftest.self_test import check_box, failures

    sandbox: Sandbox
    is_ours = kind in SANDBOXES.bundled
    if is_ours:
        sandbox = make_sandbox(cast("Kind", kind), base=base, runtime=runtime)
    else:
        sandbox = _foreign(kind, base, runtime)
    try:
        checks = sandbox.check() if is_ours else check_box(sandbox)
        lacking = missing(checks)
        failed = [check for check in checks if not check.ok and check.name not in lacking]
        if failed:
            raise SandboxUnavailableError(f"the sandbox does not hold: {failures(failed)}")
    except SandboxFaultError as fault:
        sandbox.close()
        raise SandboxUnavailableError(
            f"the sandbox fails: {fault}; see `pygent doctor`, then try again"
        ) from None
    except BaseException:
        sandbox.close()
        raise
    if lacking:
        sandbox.name += f" ({', '.join(lacking)} not limited)"
        sandbox.unlimited = tuple(name for name in lacking if name not in tuple(waive))
    return sandbox


def _foreign(kind: str, base: str | None, runtime: str | None) -> Sandbox:
    if base or runtime:
        option = f"--image {base}" if base else f"--runtime {runtime}"
        raise SandboxUnavailableError(f"sandbox {kind} is made without options: leave out {option}")
    try:
        made = SANDBOXES.load(kind)()
        SANDBOXES.conforming(made, kind)
    except ExtensionError as error:
        raise SandboxUnavailableError(str(error)) from None
    except SandboxUnavailableError:
        raise
    except Exception as error:  # noqa: BLE001 - somebody else's constructor
        said = f"{type(error).__name__}: {' '.join(str(error).split())}"
        raise SandboxUnavailableError(f"sandbox {kind} cannot be made: {said}") from None
    if lacking := [name for name in ("name", "unlimited") if not hasattr(made, name)]:
        made.close()
        raise SandboxUnavailableError(f"sandbox {kind}: it has no {', '.join(lacking)}")
    return made


def build_image(
    kind: Kind, *, base: str | None = None, packages: tuple[str, ...] = (), rebuild: bool = False
) -> str:
    """Make what boxes with `packages` run on; return the image's name or the root file system's folder.

    Raises `SandboxUnavailableError`.
    """
    from pygent.sandbox.backends.engine import connect
    from pygent.sandbox.images.image import BASE, Images
    from pygent.sandbox.images.rootfs_cache import Roots

    if _has_engine(kind):
        return Images(connect(), base or BASE).ensure(packages, rebuild=rebuild)
    _no_base(base)
    roots = Roots()
    try:
        return str(roots.ensure(packages, rebuild=rebuild))
    finally:
        roots.close()


def _has_engine(kind: Kind) -> bool:
    """Whether to use Docker. Raises `SandboxUnavailableError` if `auto` finds neither it nor bubblewrap."""
    from pygent.sandbox.backends import bubblewrap
    from pygent.sandbox.backends.engine import connect

    if kind != "auto":
        return kind == "docker"
    try:
        connect(timeout=10).close()
    except SandboxUnavailableError as no_engine:
        try:
            bubblewrap.find()
        except SandboxUnavailableError as no_bubblewrap:
            raise SandboxUnavailableError(f"no sandbox is available: {no_engine}; {no_bubblewrap}") from None
        return False
    return True


def _no_base(base: str | None) -> None:
    from pygent.sandbox.images.image import HOST

    if base not in (None, HOST):
        raise SandboxUnavailableError(
            f"bubblewrap has no images: leave out --image {base}, or use a Docker engine for it"
        )


def _docker(base: str | None, runtime: str) -> Pool:
    from pygent.sandbox.backends import orphan_reaper
    from pygent.sandbox.backends.docker import DockerSandbox
    from pygent.sandbox.backends.engine import connect
    from pygent.sandbox.backends.engine_calls import CALL_SECONDS
    from pygent.sandbox.images import renewed_images
    from pygent.sandbox.images.image import BASE, Images

    client = connect()
    try:
        orphan_reaper.reap(client)
        renewed_images.reap(client)
        images = Images(client, base or BASE)
        images.ensure()
        return DockerSandbox(connect(CALL_SECONDS), images, runtime=runtime)
    except SandboxFaultError as fault:
        raise SandboxUnavailableError(
            f"the engine fails: {fault}; see `docker info`, then try again"
        ) from None


def _bubblewrap(base: str | None) -> Pool:
    from pygent.sandbox.backends import bubblewrap, cgroup
    from pygent.sandbox.images.rootfs_cache import Roots

    _no_base(base)
    wrap = bubblewrap.find()
    controls = cgroup.find()
    cgroup.reap(controls)
    roots = Roots()
    roots.ensure()
    return bubblewrap.BubblewrapSandbox(wrap, roots, controls)
