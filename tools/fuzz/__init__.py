"""Feed broken input to everything that reads: what comes is accepted, or told where it is wrong.

    .venv/bin/python -m tools.fuzz [--seconds 60] [--seed 1] [--only scenario metric ...] [--keep DIR]

A target takes valid input and breaks it: bytes turned, cut, doubled, swapped with odd ones, tokens of
other inputs put in, keys and values of YAML and JSON replaced, cells, columns and types of tables; or
it writes expressions and command lines by their grammar. Findings are

* whatever is raised that is no `UserError`, warnings of numpy included;
* a `UserError` that is empty, has characters that no terminal should get, or speaks Python;
* one without a line, where the input has lines;
* an input that takes more than 20 s of processor time, or 500 MB;
* a process that dies.

Each is kept under DIR, the input beside what it led to. Prints how often each target was tried, how
often it accepted, and the findings; the exit code is 1 if there are any. Each target runs in a process
of its own.
"""
