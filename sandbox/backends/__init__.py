"""Where a box runs: Docker, bubblewrap, or a plain subprocess for tests."""
