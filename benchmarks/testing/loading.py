from __future__ import annotations
class Loading:
    def __init__(self, target): pass
    @classmethod
    def of_file(cls, n, t): return cls(None)
    def why(self, n): return ""
