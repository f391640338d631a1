"""The only place that calls git; programs named in a repository's own settings never run.

A source may come from somebody else, with settings that name programs. Even `git status` would run them, with
the user's keys in their environment. The user's own settings (`~/.gitconfig`) stay in force.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

_ALWAYS = {
    "core.fsmonitor": "false",
    "core.pager": "cat",
    "core.editor": "false",
    "core.sshCommand": "false",
    "core.alternateRefsCommand": "true",
    "diff.external": "",
    "interactive.diffFilter": "",
    "credential.helper": "",
    "submodule.recurse": "false",
    "protocol.allow": "never",
}
_NO_HOOKS = {"core.hooksPath": os.devnull}
# Keys whose values are programs, and the values that replace them if the repository sets them.
_PROGRAMS = (
    (re.compile(r"filter\..+\.(clean|smudge|process)"), ""),
    (re.compile(r"filter\..+\.required"), "false"),
    (re.compile(r"diff\..+\.(command|textconv)"), ""),
    (re.compile(r"merge\..+\.driver"), "false"),
    (re.compile(r"(core\.(askpass|gitproxy)|sequence\.editor|uploadpack\.packobjectshook)"), "false"),
    (re.compile(r"gpg\.program"), "gpg"),
    (re.compile(r"gpg\.openpgp\.program"), "gpg"),
    (re.compile(r"gpg\.x509\.program"), "gpgsm"),
    (re.compile(r"gpg\.ssh\.program"), "ssh-keygen"),
    (re.compile(r"gpg\.ssh\.defaultkeycommand"), ""),
    (re.compile(r"trailer\..+\.(command|cmd)"), ""),
    (re.compile(r"pager\..+"), "false"),
)
# The variables that git, gpg and ssh need; none of them is a key.
_PASSED = re.compile(
    r"PATH|HOME|USER|LOGNAME|SHELL|TERM|TZ|TMPDIR|LANG|LC_\w+|XDG_CONFIG_HOME|GNUPGHOME|GPG_TTY|SSH_AUTH_SOCK"
    r"|GIT_(AUTHOR|COMMITTER)_(NAME|EMAIL|DATE)|GIT_CONFIG_(GLOBAL|SYSTEM|NOSYSTEM)"
)


def run(
    folder: Path, *arguments: str, hooks: bool = False, more: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run git in `folder` and capture its output as text; `more` extends the environment.

    With `hooks`, the repository's hooks and the other programs that are off here do run, without our keys.
    """
    return subprocess.run(
        command(folder, *arguments, hooks=hooks, more=more),
        env=environment(more),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )


def command(
    folder: Path, *arguments: str, hooks: bool = False, more: Mapping[str, str] | None = None
) -> list[str]:
    """The command line of a call, for callers that exchange data with the process."""
    settings = _ALWAYS | ({} if hooks else _NO_HOOKS) | _overridden(folder, more)
    words = [word for key, value in settings.items() for word in ("-c", f"{key}={value}")]
    return ["git", "-C", str(folder), "--no-pager", "--literal-pathspecs", *words, *arguments]


def environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """Our environment without keys and without variables that point git to other repositories or programs."""
    kept = {name: value for name, value in os.environ.items() if _PASSED.fullmatch(name)}
    ours = {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "GIT_EDITOR": "false"}
    return {**kept, **ours, **(more or {})}


def _overridden(folder: Path, more: Mapping[str, str] | None) -> dict[str, str]:
    """A replacement for each setting of the repository that names a program."""
    listed = subprocess.run(
        ["git", "-C", str(folder), "config", "--list", "--show-scope", "--includes", "--name-only", "-z"],
        env=environment(more),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    ).stdout.split("\0")
    found: dict[str, str] = {}
    for scope, key in zip(listed[::2], listed[1::2], strict=False):
        if scope in ("local", "worktree"):
            for pattern, value in _PROGRAMS:
                if pattern.fullmatch(key):
                    found[key] = value
                    if key.startswith("filter."):  # a required filter would make git refuse
                        found[key.rpartition(".")[0] + ".required"] = "false"
    return found
