"""The rules of the model: variables, mechanisms, terms of utility, moves, observation.

A file in a room of :mod:`sim.rules.mechanisms`, in :mod:`sim.rules.terms` or in
:mod:`sim.rules.moves` is a rule. :mod:`sim.rules.declarations` is what they declare their numbers
with, :mod:`sim.rules.catalogue` has all that was declared, :mod:`sim.rules.codegen` makes one
program of it, and :mod:`sim.rules.outside` takes rules from elsewhere.
"""
