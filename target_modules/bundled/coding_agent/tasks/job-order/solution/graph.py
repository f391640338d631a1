"""Who needs whom."""


def needed_by(jobs):
    """For each job, those that wait for it. Raises ValueError where one is not there."""
    waiting = {name: [] for name in jobs}
    for name, job in jobs.items():
        for need in dict.fromkeys(job.get("needs", [])):
            if need not in jobs:
                raise ValueError(f"{name} needs {need}, which is not there")
            waiting[need].append(name)
    return waiting


def open_needs(jobs):
    """How many jobs each one waits for."""
    return {name: len(set(job.get("needs", []))) for name, job in jobs.items()}
