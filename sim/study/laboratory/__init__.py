"""One laboratory for all studies: points x runs to numbers, here or on a cluster, kept on disk.

A study says what measures (an instrument) and at which cases (points, seeds, run numbers); the
laboratory (:mod:`~sim.study.laboratory.engine`) computes them in blocks, in threads or on a Dask
cluster (:mod:`~sim.study.laboratory.pool`), and keeps each block as a part on disk
(:mod:`~sim.study.laboratory.parts`), so that what was stopped goes on where it was.
"""
