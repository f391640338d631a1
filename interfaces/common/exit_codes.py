"""Which errors the user can fix, and the exit code of each."""

from __future__ import annotations

import errno

from pygent.archive.end_reason import EndReason

FAILURE = 1
USAGE = 2
BREAKER = 3
INTERRUPTED = 130

_OF_ENDS: dict[str, int] = {
    EndReason.BASELINE: FAILURE,
    EndReason.BREAKER: BREAKER,
    EndReason.ENGINE: BREAKER,
    EndReason.INTERRUPTED: INTERRUPTED,
}
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)


def exit_code_of_end(stopped_by: str) -> int:
    """The exit code of a command by how its run ended, `RunRecord.stopped_by`."""
    return _OF_ENDS.get(stopped_by, 0)


def exit_code(error: Exception) -> int | None:
    """The exit code of an error.

    It is 1 for a failure, 2 for wrong usage, 3 for a circuit breaker, None for a defect of ours, which keeps
    its traceback.
    """
    from pygent.archive.records import ArchiveError
    from pygent.benchmarks.testing.spectrum import SpectrumUnavailableError
    from pygent.evolution.promotion.apply_variant import ApplyError
    from pygent.evolution.promotion.approvals import OversightError
    from pygent.evolution.promotion.hints import HintError
    from pygent.evolution.settings.config import ConfigError
    from pygent.extensions import ExtensionError
    from pygent.gateway.local.install import InstallError
    from pygent.gateway.mcp.connection import ToolUnansweredError
    from pygent.gateway.mcp.mcp_config import McpConfigError
    from pygent.gateway.model_errors import Kind, ModelError
    from pygent.sandbox.api import SandboxFaultError, SandboxUnavailableError
    from pygent.sandbox.redteam.program_file import CorpusError
    from pygent.target_modules.patch.apply import PatchError
    from pygent.target_modules.patch.parse.answer_reader import ReadError
    from pygent.target_modules.promotion.repository import GitError
    from pygent.target_modules.promotion.source_lock import HeldError
    from pygent.target_modules.promotion.source_writer import PromotionError
    from pygent.target_modules.spec.manifest import TargetError
    from pygent.target_modules.trust.exhibit import UntrustedError
    from pygent.target_modules.trust.trust_store import StateError

    if isinstance(error, OSError) and error.errno in _NO_ROOM:
        return FAILURE
    if isinstance(error, ModelError) and error.kind is Kind.BREAKER:
        return BREAKER
    if isinstance(
        error,
        (
            ConfigError,
            ExtensionError,
            HintError,
            McpConfigError,
            TargetError,
            PatchError,
            ReadError,
            UntrustedError,
        ),
    ):
        return USAGE
    if isinstance(
        error,
        (
            ApplyError,
            ArchiveError,
            CorpusError,
            HeldError,
            ModelError,
            SpectrumUnavailableError,
            OversightError,
            SandboxFaultError,
            SandboxUnavailableError,
            StateError,
            PromotionError,
            ToolUnansweredError,
            GitError,
            InstallError,
            BrokenPipeError,
        ),
    ):
        return FAILURE
    return None


def in_one_line(error: Exception) -> str:
    """The message of an error in one line, except for an `ApplyError`, which lists obstacles line by line."""
    from pygent.evolution.promotion.apply_variant import ApplyError

    if isinstance(error, ApplyError):
        return str(error)
    return " ".join(str(error).split()) or type(error).__name__
