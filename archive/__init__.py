"""Remember every variant: store, lineage, blobs, index, queries."""
