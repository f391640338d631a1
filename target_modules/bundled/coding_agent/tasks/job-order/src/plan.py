"""The order of jobs."""

from graph import needed_by, open_needs
from queueing import Queue


def order(jobs):
    """Jobs by name: `{"needs": [names], "priority": number}`, both may be left out (nothing, 0)."""
    waiting, left = needed_by(jobs), open_needs(jobs)
    queue, done = Queue(), []
    for name, number in left.items():
        if not number:
            queue.put(name, jobs[name].get("priority", 0))
    while len(queue):
        name = queue.take()
        done.append(name)
        for follower in waiting[name]:
            left[follower] -= 1
            if left[follower] <= 1:
                queue.put(follower, jobs[follower].get("priority", 0))
    return done
