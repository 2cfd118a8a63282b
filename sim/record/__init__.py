"""What runs leave: arrays, tables, folders on disk, and the same for other programs.

:mod:`sim.record.saved` reads a saved result of any kind.
"""
