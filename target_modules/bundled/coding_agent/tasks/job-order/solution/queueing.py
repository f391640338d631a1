"""Which job comes next."""

import heapq


class Queue:
    def __init__(self):
        self.heap = []

    def put(self, name, priority):
        heapq.heappush(self.heap, (-priority, name))

    def take(self):
        return heapq.heappop(self.heap)[1]

    def __len__(self):
        return len(self.heap)
