"""Stand-in for OpenEvolve's result object if the image has no OpenEvolve.

It is sent into the box as `openevolve.evaluation_result`; standard library only.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class EvaluationResult:
    """A result as evaluators make and read it: numbers by name, and texts or bytes for the model."""

    metrics: dict[str, float]
    artifacts: dict[str, str | bytes] = field(default_factory=dict)

    @classmethod
    def from_dict(cls, metrics: dict[str, float]) -> EvaluationResult:
        return cls(metrics)

    def to_dict(self) -> dict[str, float]:
        return self.metrics

    def has_artifacts(self) -> bool:
        return len(self.artifacts) > 0

    def get_artifact_keys(self) -> list[str]:
        return [*self.artifacts]

    def get_artifact_size(self, key: str) -> int:
        """The size in bytes; 0 if there is no such artifact."""
        value = self.artifacts.get(key, b"")
        return len(value if isinstance(value, bytes) else str(value).encode())

    def get_total_artifact_size(self) -> int:
        return sum(map(self.get_artifact_size, self.artifacts))
