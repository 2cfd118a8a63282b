"""docs/performance.md and its picture, from the figures of a benchmark."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

HEAD = """# How fast it is, and why

Written by `make bench` (`benchmarks/`) from results/reference/benchmarks.json; do not edit.
{taken}
Ratios are of figures taken in one session side by side. Times are medians, with the least and the
largest in brackets.

What is compared, all of the same rule with every mechanism switched on:

* **kernel**: a compiled run with the default record, one core;
* **Mesa driver**: `MultipolarModel`, which calls the compiled step state by state and collects data;
* **plain Mesa**: benchmarks/mesa_model.py, agents in plain Python with the kernel's algorithm
  (changes of utility in O(1), no recomputation); terms, choice, consent and execution are written
  out for Python, mechanisms are the package's own functions, not compiled. It makes the same moves
  from the same seed (tests/drivers/test_mesa_reference.py). Timed over {plain} quarters at 20, 40, 80, 160 and
  320 states and scaled to 80;
* **floor**: additions, multiplications and divisions of a quarter, counted by running the kernel's
  own functions on numbers that count, at the rates of vector loops on this machine; or the traffic of
  its sheets, if that takes longer. Comparisons, integers and draws are left out, repeated
  subexpressions counted as written (benchmarks/floor.py).
"""


def taken(machines: dict[str, dict[str, Any]]) -> str:
    """On which machine which parts were measured, and when."""
    parts: dict[str, list[str]] = {}
    for part, it in machines.items():
        where = (
            f"{it['processor']}, {it['cores']} cores; Python {it['python']}, numba {it['numba']}, "
            f"Mesa {it['mesa']}; {it['date']}"
        )
        parts.setdefault(where, []).append(part.replace("_", " "))
    return "\n".join(
        f"* {where}: {'all' if len(parts) == 1 else ', '.join(names)}."
        for where, names in parts.items()
    )


def ms(value: dict[str, float] | None) -> str:
    """A time in milliseconds with its range."""
    if value is None:
        return "not run"
    m, a, b = (1e3 * value[key] for key in ("median", "low", "high"))
    digits = 1 if m < 1000 else 0
    return f"{m:,.{digits}f} ({a:,.{digits}f} to {b:,.{digits}f})"


def s(value: dict[str, float]) -> str:
    """A time in seconds with its range."""
    return f"{value['median']:.2f} ({value['low']:.2f} to {value['high']:.2f})"


def table(head: list[str], rows: list[list[str]]) -> str:
    """A Markdown table, numbers to the right."""
    lines = ["| " + " | ".join(head) + " |", "|---" + "|---:" * (len(head) - 1) + "|"]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows]) + "\n"


def verdict(met: bool) -> str:
    """Met or missed."""
    return "met" if met else "**missed**"


def text(found: dict[str, Any]) -> str:
    """The page."""
    sizes, floors = found["sizes"], {row["states"]: row for row in found["floor"]}
    kernel = {row["states"]: row["kernel_s"]["median"] for row in sizes}
    driver = {row["states"]: row["driver_s"]["median"] for row in sizes}
    plain = {row["states"]: row["plain_s"]["median"] for row in sizes if row["plain_s"]}
    out = [HEAD.format(taken=taken(found["machines"]), plain="8, 4, 2, 1 and 1")]
    out.append("## One run of 80 quarters, one core, milliseconds\n")
    rows = []
    for row in sizes:
        n = row["states"]
        ratio = f"{plain[n] / kernel[n]:,.0f}" if n in plain else ""
        other = f"{plain[n] / driver[n]:,.0f}" if n in plain else ""
        rows.append(
            [str(n), ms(row["kernel_s"]), ms(row["driver_s"]), ms(row["plain_s"]), ratio, other]
        )
    out.append(
        table(["states", "kernel", "Mesa driver", "plain Mesa", "plain / kernel",
               "plain / driver"], rows)
    )  # fmt: skip
    pairs = [(20, 40), (40, 80), (80, 160), (160, 320)]
    steps = ", ".join(
        f"{a} to {b}: {math.log(kernel[b] / kernel[a]) / math.log(b / a):.2f}" for a, b in pairs
    )
    whole = math.log(kernel[320] / kernel[20]) / math.log(16)
    out.append(f"Cost of a run grows as N^e, e from {steps}; over all {whole:.2f}.\n")
    f = found["flagship"]
    out.append(
        "Made-up worlds have no organisations, conflicts or schools of doctrine, whose rules then\n"
        f"find nothing to do. With all of them in play ({f['scenario']}, {f['states']} states) a\n"
        f"quarter takes {1e3 * f['kernel_s']:.2f} ms in the kernel, {1e3 * f['driver_s']:.2f} in the "
        f"Mesa driver and {1e3 * f['plain_s']:,.0f} in plain Mesa:\n"
        f"{f['plain_s'] / f['kernel_s']:,.0f} and {f['plain_s'] / f['driver_s']:,.0f} times.\n"
    )
    out.append(
        "![Milliseconds a run by number of states, and the parts of a quarter](performance.png)\n"
    )
    out.append("## Against the floor, microseconds a quarter\n")
    rows = []
    for n, row in floors.items():
        mine = kernel[n] / 80
        rows.append([
            str(n), f"{1e6 * mine:,.0f}", f"{1e6 * row['floor_s']:,.0f}",
            f"{1e6 * row['arithmetic_s']:,.0f}", f"{1e6 * row['traffic_s']:,.0f}",
            f"{mine / row['floor_s']:.1f}",
            f"{sum(row['counts'][k] for k in ('add', 'multiply')) / 1e6:.2f}",
            f"{row['counts']['divide'] / 1e6:.2f}", f"{8 * row['counts']['sheets'] / 1e6:.1f}",
        ])  # fmt: skip
    out.append(table(["states", "kernel", "floor", "arithmetic", "traffic", "times the floor",
                      "million + and x", "million divisions", "MB of sheets"], rows))  # fmt: skip
    out.append("## Parts of a quarter, microseconds\n")
    parts = found["phases"]
    names = list(next(iter(parts.values())))
    rows = [[name, *(f"{parts[n][name]:,.0f}" for n in parts)] for name in names]
    rows.append(["all", *(f"{sum(parts[n].values()):,.0f}" for n in parts)])
    out.append(table(["part", *(f"N = {n}" for n in parts)], rows))
    out.append(
        "Settle is events, mechanisms and assessment; a part is called from Python, which adds\n"
        "2 to 3 microseconds a turn.\n"
    )
    out.append("The twelve dearest mechanisms (all: `python -m benchmarks.mechanisms`):\n")
    ranked = sorted(found["rules"].items(), key=lambda item: -item[1][0])
    total = [sum(cost[k] for cost in found["rules"].values()) for k in range(3)]
    rows = [
        [name, *(f"{x:,.1f}" for x in cost), f"{math.log(cost[2] / cost[0]) / math.log(8):.2f}"]
        for name, cost in [*ranked[:12], ("all mechanisms", total)]
    ]
    out.append(table(["mechanism", "N = 40", "N = 160", "N = 320", "exponent"], rows))
    out.append("## Ensembles: whole processes, 40 states, 80 quarters, all cores\n")
    runs = found["ensembles"]["runs"]
    rows = [
        [f"{row['runs']:,}", s(row["wall_s"]), f"{1e3 * row['wall_s']['median'] / row['runs']:,.1f}",
         f"{row['peak_mb']:,.0f}"] for row in runs
    ]  # fmt: skip
    out.append(table(["runs", "wall, s", "ms a run", "peak memory, MB"], rows))
    batch = found["ensembles"]["batch_run"]
    each = batch["wall_s"] / batch["runs"]
    thousand = next(row for row in runs if row["runs"] == 1000)
    faster = each / (thousand["wall_s"]["median"] / 1000)
    out.append(
        f"`mesa.batch_run` of plain Mesa with two processes: {batch['runs']} runs in "
        f"{batch['wall_s']:.1f} s, {each:.1f} s a run; 1,000 would take {each * 1000 / 3600:.1f} "
        f"hours. Against 1,000 runs of the ensemble: **{faster:,.0f} times** (scaled by runs; as "
        f"processes of {batch['runs']} runs each the start of Python and numba dominates the "
        f"ensemble). Runs beyond 500 are done in batches whose records are dropped, so that memory "
        "stays flat.\n"
    )
    flags = found["ensembles"]["flagships"]
    rows = [
        [
            name,
            f"{row['wall_s']:.1f}",
            f"{row['peak_mb']:,.0f}",
            f"{row['command_s']:.1f}",
            f"{row['command_mb']:,.0f}" if "command_mb" in row else "not measured",
        ]
        for name, row in flags.items()
    ]
    out.append(table(["1,000 runs of", "simulated, s", "its peak, MB", "`multipolar run`, s",
                      "its peak, MB"], rows))  # fmt: skip
    w = found.get("workers", {})
    rows = [
        [
            name,
            f"{w[key]:.1f}",
            f"{w[key] / w['threads_s'] - 1.0:+.0%}" if key != "threads_s" else "",
        ]
        for name, key in (
            ("two threads", "threads_s"),
            ("Dask, two workers, rules sent and loaded", "first_s"),
            ("Dask, two workers, once more", "again_s"),
        )
        if w
    ]
    if w:
        heads = [f"a sweep, {w['points']} points of {w['runs']} runs", "wall, s", "overhead"]
        out.append(table(heads, rows))
    t = found["threads"]
    out.append(
        f"100 runs with one thread {t['jobs_1_s']:.2f} s, with two {t['jobs_2_s']:.2f} s; records "
        f"{'equal to the last bit' if t['equal'] else '**not equal**'}.\n"
    )
    out.append("## Starting, seconds of whole processes\n")
    b = found["starts"]
    out.append(table(["", "seconds"], [
        ["cold: compile and cache all kernels, once a version", f"{b['cold_compile_s']:.0f}"],
        ["`multipolar --help`", s(b["help_s"])],
        ["`multipolar run`, first line", s(b["first_line_s"])],
        ["`multipolar run --runs 1`, tables and figures", s(b["one_run_s"])],
        ["the same without figures", s(b["one_run_without_figures_s"])],
    ]))  # fmt: skip
    out.append("## Recording\n")
    rows = [
        [r["scenario"], f"{1e3 * r['full_s']:.1f}", f"{1e3 * r['none_s']:.1f}",
         f"{100 * r['share_in_run']:.0f} %", f"{r['simulated_s']:.1f}", f"{r['saved_s']:.1f}",
         f"{100 * r['share_with_files']:.0f} %"] for r in found["recording"]
    ]  # fmt: skip
    out.append(table(["scenario", "ms a run, default record", "no record", "share",
                      "200 runs, s", "writing tables, s", "share with tables"], rows))  # fmt: skip
    out.append(
        "Every run writes into its own slice of one record as it goes; nothing is copied afterwards.\n"
        "The record of a small ensemble stays in memory until it is written. From 256 MB on (some\n"
        "300 runs of a flagship) it is written by batches while the next runs are simulated, and read\n"
        "back a variable at a time, so that memory hardly grows with the number of runs.\n"
    )
    out += commands(found.get("commands", []), found.get("scopes", []))
    out += many_states(found["many_states"])
    out.append("## What was asked, and what came out\n")
    near = kernel[40] / 80 / floors[40]["floor_s"]
    far = kernel[160] / 80 / floors[160]["floor_s"]
    best = min(row["command_s"] for row in flags.values())
    share = max(r["share_with_files"] for r in found["recording"])
    large = {row["states"]: row for row in found["many_states"]["rows"]}
    grows = [it["now"] for it in found["many_states"]["exponents"]]
    gain = {n: row["base"] / row["now"] for n, row in large.items() if "base" in row}
    used = {row["command"]: row["first"]["wall_s"] for row in found.get("commands", [])}
    asked = [
        ("kernel at least 250 times plain Mesa, N = 40", plain[40] / kernel[40],
         f"{plain[40] / kernel[40]:,.0f}", plain[40] / kernel[40] >= 250),
        ("Mesa driver at least 60 times", 0, f"{plain[40] / driver[40]:,.0f}",
         plain[40] / driver[40] >= 60),
        ("ensembles at least 150 times `mesa.batch_run`", 0, f"{faster:,.0f}", faster >= 150),
        ("40 to 640 states: cost grows less than N^2.15", 0, f"N^{grows[0]:.2f}", grows[0] < 2.15),
        ("40 to 2,000 states: less than N^2.3", 0, f"N^{grows[1]:.2f}", grows[1] < 2.3),
        ("2,000 states under 2 s a quarter", 0, f"{large[2000]['now'] / 1e3:.1f} s",
         large[2000]["now"] < 2000),
        *((f"{n} states at least {least} times as fast as 78c7c4a", 0, f"{gain[n]:.1f}",
           gain[n] >= least) for n, least in ((190, 1.7), (640, 2.0)) if n in gain),
        *((f"200 runs of a flagship with {row['states']} states under {most} s", 0,
           f"{row['wall_s']:.1f} s", row["wall_s"] < most)
          for row, most in zip(found.get("scopes", []), (12, 60), strict=False)),
        *((f"`{name}` under {most} s", 0, f"{used[name]:.2f} s", used[name] < most)
          for name, most in (("list", 0.5),) if name in used),
        ("all kernels compiled within 57 s", 0, f"{b['cold_compile_s']:.0f} s",
         b["cold_compile_s"] <= 57),
        ("within 5 times the floor, N = 40", 0, f"{near:.1f}", near <= 5),
        ("within 3 times the floor, N = 160", 0, f"{far:.1f}", far <= 3),
        ("1,000 runs of a flagship under 20 s", 0, f"{best:.1f} s", best < 20),
        ("`--help` under 0.5 s", 0, f"{b['help_s']['median']:.2f} s", b["help_s"]["median"] < 0.5),
        ("first line under 1.5 s", 0, f"{b['first_line_s']['median']:.2f} s",
         b["first_line_s"]["median"] < 1.5),
        ("one warm run under 1.5 s", 0, f"{b['one_run_s']['median']:.2f} s",
         b["one_run_s"]["median"] < 1.5),
        ("recording under 25 % of run time", 0, f"{100 * share:.0f} %", share < 0.25),
    ]  # fmt: skip
    out.append(table(["asked", "measured", ""],
                     [[name, shown, verdict(met)] for name, _, shown, met in asked]))  # fmt: skip
    return "\n".join(out)


def many_states(found: dict[str, Any]) -> list[str]:
    """Milliseconds a quarter of larger worlds, and what numpy makes of the same."""
    rows = [
        [f"{row['states']:,}"]
        + [f"{row[key]:,.1f}" if key in row else "" for key in ("base", "now", "numpy")]
        + [f"{row['base'] / row['now']:.1f}" if "base" in row else ""]
        for row in found["rows"]
    ]
    grows = [
        [f"{it['first']} to {it['last']:,}"]
        + [f"{it[key]:.2f}" if key in it else "" for key in ("base", "now")]
        for it in found["exponents"]
    ]
    return [
        "## Many states, milliseconds of processor time a quarter\n",
        table(["states", "78c7c4a", "now", "Mesa, numpy rows", "78c7c4a / now"], rows),
        table(["cost as N^e, states", "78c7c4a", "now"], grows),
        (
            "78c7c4a is an older version with fewer rules and terms, in which sheets were read by\n"
            "columns; both took turns in this session (benchmarks/many.py). *Mesa, numpy rows*\n"
            "(benchmarks/mesa_rows.py) weighs all partners of a state at once with numpy, as a good user\n"
            "writes it; its mechanisms and the moves that are made are the compiled ones, so that it\n"
            "flatters numpy. It makes the kernel's moves (tests/drivers/test_mesa_rows.py). Plain Mesa\n"
            "above is the same algorithm without numpy.\n"
        ),
    ]


AGAIN = (
    "*Again* is the same command once more: arms that were simulated once are kept by the meaning of\n"
    "the scenario, arm, seed, runs and code (docs/reference/storage.md), for all commands. *run*\n"
    "simulates two arms, and both again under random choice with its rounds of matching rates.\n"
)


def commands(found: list[dict[str, Any]], scopes: list[dict[str, Any]]) -> list[str]:
    """Seconds of what users call, and of the runs of a flagship alone."""
    rows = [
        [row["command"]]
        + [
            f"{row[key][unit]:.1f}"
            for unit in ("wall_s", "processor_s")
            for key in ("first", "again")
        ]
        for row in found
    ]
    heads = ["russia_dprk_pact", "wall", "again", "processor time", "again"]
    return [
        "## Commands, seconds of whole processes\n",
        *(
            [
                table(heads, rows),
                AGAIN,
            ]
            if rows
            else []
        ),
        *(
            f"{row['runs']} runs of {row['quarters']} quarters with {row['states']} states, on all "
            f"cores: {row['wall_s']:.1f} s.\n"
            for row in scopes
        ),
    ]


def picture(found: dict[str, Any], path: Path) -> None:
    """Time by size with the floor, and the parts of a quarter."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10, 4.6), facecolor="white", layout="constrained")
    FigureCanvasAgg(figure)
    left, right = figure.subplots(1, 2, width_ratios=(1.25, 1))
    sizes = found["sizes"]
    for key, label, colour, mark, lift in (
        ("plain_s", "plain Mesa", "#D55E00", "s", 0),
        ("driver_s", "Mesa driver", "#0072B2", "^", 4),
        ("kernel_s", "kernel", "#222222", "o", -6),
    ):
        shown = [row for row in sizes if row[key]]
        x = [row["states"] for row in shown]
        y = [1e3 * row[key]["median"] for row in shown]
        left.plot(x, y, color=colour, marker=mark, label=label)
        left.annotate(label, (x[-1], y[-1]), (6, lift), textcoords="offset points", va="center",
                      color=colour)  # fmt: skip
    floors = found["floor"]
    left.plot([f["states"] for f in floors], [8e4 * f["floor_s"] for f in floors], color="#8A8A8A",
              marker="_", ls="--")  # fmt: skip
    left.annotate("floor", (floors[-1]["states"], 8e4 * floors[-1]["floor_s"]), (4, -12),
                  textcoords="offset points", color="#666666")  # fmt: skip
    left.set(xscale="log", yscale="log", xlabel="states", ylabel="ms a run of 80 quarters, one core",
             xlim=(16, 900))  # fmt: skip
    ticks = [row["states"] for row in sizes]
    left.set_xticks(ticks, [str(n) for n in ticks])
    left.minorticks_off()
    left.grid(alpha=0.25)
    middle = next(row for row in sizes if row["states"] == 40)
    ratio = middle["plain_s"]["median"] / middle["kernel_s"]["median"]
    left.set_title(f"At 40 states the kernel is {ratio:,.0f} times plain Mesa", loc="left")
    parts = found["phases"]
    colours = {"settle": "#0072B2", "turns": "#E69F00", "finish": "#009E73", "organise": "#CC79A7",
               "schedule": "#8A8A8A"}  # fmt: skip
    words = {"settle": "mechanisms and assessment", "turns": "moves", "finish": "observation",
             "organise": "accession", "schedule": "order of moves"}  # fmt: skip
    bottoms = [0.0] * len(parts)
    for name, colour in colours.items():
        share = [100 * parts[n][name] / sum(parts[n].values()) for n in parts]
        right.bar(list(parts), share, bottom=bottoms, color=colour, label=words[name], width=0.6)
        bottoms = [a + b for a, b in zip(bottoms, share, strict=True)]
    right.set(xlabel="states", ylabel="share of a quarter, %", ylim=(0, 100))
    right.legend(
        loc="upper center", bbox_to_anchor=(0.5, -0.16), ncols=2, frameon=False, fontsize=8
    )
    right.set_title("Where a quarter's time goes", loc="left")
    for axes in (left, right):
        axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=130, metadata={"Software": None})


def write(found: dict[str, Any], folder: Path) -> None:
    """Write page and picture."""
    (folder / "performance.md").write_text(text(found) + WHY)
    picture(found, folder / "performance.png")


WHY = """
## What is missed, why, and what it would take

**Growth beyond 80 states.** Where states weigh one another, 16 sheets are kept transposed, too, and every move changes both
(`sim/rules/mirrored_sheets.py`); mechanisms go by strips (`sim/rules/sheet_algebra.py`). What is left of the growth is memory, as
a world of 320 states is 110 MB of sheets, more than any cache, and the dense products over third
states (shared enemies, entrapment, retaliation; half a one for shared fear), which are cubic by
definition. A cut-off of threat by distance would make them sparse; it would change the model, and is
left for worlds that need it.

**More than three times the floor at 160 states.** Settle: sums over partners keep their order and go
one number at a time, and sheets do not stay in the cache from one rule to the next.

**One warm run in more than a second and a half.** *run* answers the scenario's question: beside its run it simulates the
other arm, and both under random choice, whose rates take six rounds to match; with all of these kept
already it still loads the libraries, the kernels and the scenario, with arms, in two or three seconds. Three figures,
each as PNG and SVG, are the rest. It would take fewer outlines (text that depends on the reader's fonts), a second
process for drawing, and scenarios that are kept as they were read. Of 200 runs the second time costs half of
the first: its own runs are simulated anew for their tables and figures; what else takes time then was not looked into.

## What made it fast

* A loop over partners without branches, whose rules are merged into it and which stores on the stack
  (`sim.compiled.jit.tile`): LLVM puts it into vector lanes, 700 to 115 ns a pair. Rules stay written for one
  pair, and the bits are those of one pair alone (tests/kernel/test_choice.py).
* Rows are not padded: where the number of states is no multiple of eight, the last partners are weighed
  together with some before them, which costs a world of 37 states 128 instead of 177 ns a pair and
  leaves the layout alone.
* exp and log without branches or conversions, the same bits on every machine.
* The choice in three steps (whether, towards whom, what): nine opportunities in ten need one draw.
* Sums over third states as products of whole sheets, added up in registers, in the widest
  vectors and over packed panels (`sim/compiled/register_tiles.py`); sparse ones by their entries.
* Both orders of a pair are read along rows: transposed copies while states move, strips of partners
  in mechanisms.
* No number is read on a condition where states weigh: on processors without masked loads that alone
  kept the loop out of vector lanes.
* No rule looks for what did not happen: secondary sanctions that nobody announced, deliveries that
  nobody made.
* Compiled code is told which sheet each number belongs to (`sim/compiled/blocks.py`), so that what is
  written to one is no reason to read the others anew: rules go in vector lanes as they are written.
  Where they do not by themselves, a loop leaves out the state itself by two ranges
  (`sim.rules.sheet_algebra.others`) and sums follow in a loop of their own.
* A turn weighs the three levels of a pact that a pair does not have, not four.
* One move updates running sums in O(N); a step allocates nothing (tests/kernel/test_no_allocation.py).

Threads share one process because the compiled step releases the interpreter's lock; an ahead-of-time
build was not made: cached kernels load in 0.4 s, and it would add a compiler to the set-up.
"""
