"""The tool that measures a client's patch in the sandbox, outside any run."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import Annotated

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp_types import ToolAnnotations
from pydantic import Field

from pygent.interfaces.mcp import answer_models
from pygent.interfaces.mcp.tool_context import in_words
from pygent.sandbox.backends.select import Kind

MEASURES = ToolAnnotations(read_only_hint=True, open_world_hint=False, title="Judge a patch in the sandbox")
CHARS = 1_000_000


def register(server: MCPServer) -> None:
    @server.tool(annotations=MEASURES)
    def bench_patch(
        target: Annotated[str, Field(description="name of a bundled target, or folder with a target.toml")],
        patch: Annotated[
            str | None,
            Field(description="a unified diff, SEARCH/REPLACE blocks with file names, or edits as JSON"),
        ] = None,
        files: Annotated[
            dict[str, str] | None,
            Field(description="instead of a patch: the whole new text of each file, by path in the source"),
        ] = None,
        seed: Annotated[int | None, Field(ge=0, description="seed for the cases; random if left out")] = None,
        sandbox: Kind = "auto",
    ) -> answer_models.BenchAnswer:
        """Measure a patch on search cases, as a run would: first the gate, then the sandbox.

        Nothing is written, and the archive does not change.
        """
        if (patch is None) == (not files):
            raise ToolError("give either `patch` or `files`")
        if len(patch or "") + sum(map(len, (files or {}).values())) > CHARS:
            raise ToolError(f"the patch has more than {CHARS} characters")
        with in_words():
            return _judged(target, patch, files, seed, sandbox)


def _judged(
    target: str,
    patch: str | None,
    files: dict[str, str] | None,
    seed: int | None,
    kind: Kind,
) -> answer_models.BenchAnswer:
    from pygent.benchmarks.judge import evaluate_tree
    from pygent.benchmarks.results import EvaluationContext
    from pygent.evolution.settings.opened_sandbox import opened_sandbox
    from pygent.sandbox.api import Isolation
    from pygent.target_modules.gate.gate_rules import gate
    from pygent.target_modules.patch.apply import apply
    from pygent.target_modules.patch.model.tree import Tree
    from pygent.target_modules.patch.parse.answer_reader import read
    from pygent.target_modules.spec.target_registry import find_to_run

    found = find_to_run(target)
    before = found.tree()
    if patch is not None:
        after = apply(before, read(patch, before, found.manifest.editable))
    else:
        after = Tree({**before.files, **(files or {})})
    findings = gate(found, before, after)
    if findings:
        return answer_models.BenchAnswer(
            target=found.name,
            gated_out=f"{findings[0].rule}: {findings[0]}",
            graded=False,
            reason="gated out",
            passed=0,
            total=0,
            score=None,
            baseline_score=None,
            metrics={},
            words=[],
            trust="",
        )
    drawn = secrets.randbits(63) if seed is None else seed
    with opened_sandbox(kind, untrusted="a patch of a client") as box:
        bench = EvaluationContext(box, Isolation.CONTAINER, drawn, before)
        baseline = evaluate_tree(found, before, bench)
        known = replace(bench, baseline_found=lambda: baseline, to_beat=baseline.score)
        result = evaluate_tree(found, after, known)
    return answer_models.BenchAnswer(
        target=found.name,
        gated_out="",
        graded=result.graded,
        reason=result.reason,
        passed=result.passed,
        total=result.total,
        score=result.score,
        baseline_score=baseline.score,
        metrics=dict(result.metrics),
        words=list(result.words),
        trust=result.trust.value,
    )
