"""What may be evolved and how it may change: manifests, gates, libcst patches, bundled targets."""
