"""What one does with a scenario: run it, compare its arms, explain it, test its claims."""

from sim.study.run import run

__all__ = ["run"]
