"""Targets: what may be evolved and how it may change. Manifests, gates, patches, bundled targets."""
