"""The image that boxes are made of: from a registry's Python, or from the host's own if none answers."""

from __future__ import annotations

import contextlib
import hashlib
import io
import shlex
import tempfile
import threading
from typing import TYPE_CHECKING

from pygent.sandbox.api import SHELL, SandboxUnavailableError
from pygent.sandbox.backends.engine import connect
from pygent.sandbox.images import rootfs

if TYPE_CHECKING:
    from docker import DockerClient

BASE = "python:3.12-slim"
HOST = "host"  # as a base: this machine's own Python
REPOSITORY = "pygent-sandbox"
LABEL = "pygent.image"

_ASK_SECONDS = 10


class Images:
    """Finds or makes the image for a set of packages. Thread-safe; each image is made once.

    `base` names an image with Python 3.11 or newer, pulled if it is missing. For `HOST`, or if no registry
    answers, the host's own Python is used.
    """

    def __init__(self, client: DockerClient, base: str = BASE) -> None:
        self._client = client
        self._base = base
        self._lock = threading.Lock()
        self._known: dict[tuple[str, ...], str] = {}

    def ensure(self, packages: tuple[str, ...] = (), rebuild: bool = False) -> str:
        """The name of an image with `packages`. Raises `SandboxUnavailableError` with the remedy."""
        packages = tuple(sorted(packages))
        with self._lock:
            if rebuild or packages not in self._known:
                self._known[packages] = self._find_or_make(packages, rebuild)
            return self._known[packages]

    def forget(self, name: str) -> None:
        """Note that an image is gone: look for it, or make it, when it is next needed."""
        with self._lock:
            self._known = {packages: known for packages, known in self._known.items() if known != name}

    def _find_or_make(self, packages: tuple[str, ...], rebuild: bool) -> str:
        of_registry = self._registry_name(packages)
        from_registry = self._base != HOST
        if from_registry and not rebuild and self._exists(of_registry):
            return of_registry
        if from_registry and (rebuild or not self._any_of_host()) and self._have_base():
            return self._build(of_registry, packages)
        contents = rootfs.plan(packages)
        name = f"{REPOSITORY}:host-{contents.digest[:16]}"
        if rebuild or not self._exists(name):
            self._import(name, contents)
        return name

    def _registry_name(self, packages: tuple[str, ...]) -> str:
        digest = hashlib.sha256("\n".join([self._base, *packages]).encode()).hexdigest()
        return f"{REPOSITORY}:base-{digest[:16]}"

    def _exists(self, name: str) -> bool:
        from docker.errors import ImageNotFound

        try:
            self._client.images.get(name)
        except ImageNotFound:
            return False
        return True

    def _any_of_host(self) -> bool:
        """Whether this machine settled on its own Python before: then no registry is asked again."""
        images = self._client.images.list(name=REPOSITORY)
        return any(tag.startswith(f"{REPOSITORY}:host-") for image in images for tag in image.tags)

    def _have_base(self) -> bool:
        from docker.errors import APIError, DockerException
        from requests.exceptions import RequestException

        if self._exists(self._base):
            return True
        try:
            asking = connect(_ASK_SECONDS)
            try:
                asking.api.inspect_distribution(self._base)
            finally:
                asking.close()
            self._client.api.pull(self._base)
        except (APIError, DockerException, RequestException, SandboxUnavailableError):
            return False
        return self._exists(self._base)

    def _build(self, name: str, packages: tuple[str, ...]) -> str:
        from docker.errors import APIError, BuildError

        packages = tuple(package for package in packages if package != SHELL)  # a registry's image has one
        if not packages:
            self._client.images.get(self._base).tag(name)
            return name
        install = "python3 -m pip install --no-cache-dir -- " + " ".join(map(shlex.quote, packages))
        recipe = f"FROM {self._base}\nLABEL {LABEL}=1\nRUN {install}\n"
        try:
            self._client.images.build(fileobj=io.BytesIO(recipe.encode()), tag=name, rm=True)
        except (APIError, BuildError) as error:
            raise SandboxUnavailableError(
                f"the image with {', '.join(packages)} cannot be built: {error}; "
                "check the names, or build from this machine's Python with the base `host`"
            ) from None
        return name

    def _import(self, name: str, contents: rootfs.RootFs) -> None:
        from docker.errors import APIError

        repository, tag = name.split(":")
        with tempfile.TemporaryFile() as stream:
            contents.write(stream)
            stream.seek(0)
            try:
                self._client.api.import_image_from_data(
                    stream, repository=repository, tag=tag, changes=[f"LABEL {LABEL}=1", "ENV LANG=C.UTF-8"]
                )
            except APIError as error:
                raise SandboxUnavailableError(f"the engine does not take the image: {error}") from None
        with contextlib.suppress(APIError):  # the replaced image, unless a container still uses it
            self._client.images.prune({"dangling": True, "label": f"{LABEL}=1"})
