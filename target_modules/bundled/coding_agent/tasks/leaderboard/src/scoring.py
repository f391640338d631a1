"""How points are counted at the moment."""

try:
    from score_utils import points
except ImportError:
    from score_util import points

__all__ = ["points"]
