"""Who needs whom."""


def needed_by(jobs):
    """For each job, those that wait for it."""
    waiting = {name: [] for name in jobs}
    for name, job in jobs.items():
        for need in job.get("needs", []):
            waiting.setdefault(need, []).append(name)
    return waiting


def open_needs(jobs):
    """How many jobs each one waits for."""
    return {name: len(set(job.get("needs", []))) for name, job in jobs.items()}
