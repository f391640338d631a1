"""Which errors are a user's to mend, and the exit code of each."""

from __future__ import annotations

FAILURE = 1
USAGE = 2
BREAKER = 3
INTERRUPTED = 130


def exit_code(error: Exception) -> int | None:
    """1 for what went wrong, 2 for what was asked wrongly, 3 for a breaker, None for a defect of ours, whose
    traceback is kept."""
    from archive.types import ArchiveError
    from benchmarks.testing.spectrum import NoSpectrum
    from evolution.applying import ApplyError
    from evolution.config import ConfigError
    from evolution.oversight import OversightError
    from gateway.errors import Kind, ModelError
    from gateway.local.install import InstallError
    from gateway.mcp.config import McpConfigError
    from gateway.mcp.connection import Unanswered
    from sandbox.corpus_file import CorpusError
    from sandbox.types import SandboxFault, SandboxUnavailable
    from target_modules.manifest import TargetError
    from target_modules.patch.apply import PatchError
    from target_modules.patch.read import ReadError
    from target_modules.promote import PromotionError
    from target_modules.repository import GitError

    if isinstance(error, ModelError) and error.kind is Kind.BREAKER:
        return BREAKER
    if isinstance(error, (ConfigError, McpConfigError, TargetError, PatchError, ReadError)):
        return USAGE
    if isinstance(
        error,
        (
            ApplyError,
            ArchiveError,
            CorpusError,
            ModelError,
            NoSpectrum,
            OversightError,
            SandboxFault,
            SandboxUnavailable,
            PromotionError,
            Unanswered,
            GitError,
            InstallError,
            BrokenPipeError,
        ),
    ):
        return FAILURE
    return None


def in_one_line(error: Exception) -> str:
    """But for what stands in the way of an application, which has lines."""
    from evolution.applying import ApplyError

    if isinstance(error, ApplyError):
        return str(error)
    return " ".join(str(error).split()) or type(error).__name__
