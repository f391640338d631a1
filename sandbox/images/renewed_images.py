"""Images made anew for timed boxes: the same files, in folders that no box has been in.

The engine's disk caches missing names for each folder of an image: if it is asked again, it answers some
microseconds sooner, whichever container asks. So a candidate could leave an answer in names that do not
exist. New folders have no such cache.
"""

from __future__ import annotations

import contextlib
import secrets
import tarfile
import tempfile
from typing import IO, TYPE_CHECKING

from pygent.sandbox.backends import orphan_reaper
from pygent.sandbox.images.image import LABEL, REPOSITORY

if TYPE_CHECKING:
    from docker import DockerClient


class Renewed:
    """Makes new images for one sandbox and removes the ones that they replace. Not thread-safe."""

    def __init__(self, client: DockerClient) -> None:
        self._client = client
        self._files: dict[str, IO[bytes]] = {}
        self._now: dict[str, str] = {}

    def of(self, image: str) -> str:
        """The newest copy of an image, or the image itself if there is none."""
        return self._now.get(image, image)

    def renew(self, image: str) -> None:
        """Make another copy. Raises what the engine raises."""
        name = f"timed-{secrets.token_hex(8)}"
        stream = self._files.get(image) or self._exported(image)
        stream.seek(0)
        with tarfile.open(fileobj=stream, mode="a") as tar:
            tar.addfile(tarfile.TarInfo(f"etc/{name}"))  # the same content would give the same folders
        stream.seek(0)
        changes = [
            f'LABEL {LABEL}=1 {orphan_reaper.OWNER_LABEL}="{orphan_reaper.myself()}"',
            "ENV LANG=C.UTF-8",
        ]
        self._client.api.import_image_from_data(stream, repository=REPOSITORY, tag=name, changes=changes)
        self._forget(image)
        self._now[image] = f"{REPOSITORY}:{name}"

    def close(self) -> None:
        for image in list(self._now):
            self._forget(image)
        while self._files:
            self._files.popitem()[1].close()

    def _forget(self, image: str) -> None:
        if image in self._now:
            _remove(self._client, self._now.pop(image))

    def _exported(self, image: str) -> IO[bytes]:
        """All files of an image, as one tar file."""
        made = self._client.api.create_container(image, ["true"])["Id"]
        stream = tempfile.TemporaryFile()  # noqa: SIM115
        try:
            for part in self._client.api.export(made):
                stream.write(part)
        finally:
            self._client.api.remove_container(made, force=True, v=True)
        self._files[image] = stream
        return stream


def reap(client: DockerClient) -> None:
    """Remove images whose owner is dead."""
    for found in client.images.list(filters={"label": orphan_reaper.OWNER_LABEL}):
        if orphan_reaper.is_alive(found.labels.get(orphan_reaper.OWNER_LABEL, "")) is False:
            for tag in found.tags:
                _remove(client, tag)


def _remove(client: DockerClient, name: str) -> None:
    from docker.errors import APIError

    with contextlib.suppress(APIError):  # a container that still uses it keeps its files
        client.images.remove(name, force=True)
