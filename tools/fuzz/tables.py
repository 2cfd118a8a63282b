"""Targets: tables that people hand in: of theories, worlds to import, yearly tables, published files."""

from __future__ import annotations

from pathlib import Path

from tools.fuzz.bench import Bench, Target, target
from tools.fuzz.breaking import ODD_TEXT, broken_bytes, broken_file, broken_text


@target
def theory() -> Target:
    """Sizes, signed matrices (CSV, Pajek) and actors, and what a theory makes of them."""
    from sim.theories import Given, find_theory
    from tests.theories import test_theory_tables as seeds
    from tests.theories.test_bargaining import TABLE

    sizes = [text.encode() for text in seeds.SIZES.values()]
    matrices = [text.encode() for text in (*seeds.SQUARES.values(), *seeds.NAMELESS.values())]
    matrices.append(
        b"*Vertices 3\n1 A\n2 B\n3 C\n*Arcslist\n1 2 3\n*Edgeslist\n2 3\n*Arcs\n1 2 -4\n"
    )
    settings = {
        "landscape": [],
        "balance": ["p=.5", "times=3", "seed=1"],
        "shapley": ["cost=.5"],
        "bargaining": ["turns=3"],
    }

    def run(bench: Bench) -> None:
        rng = bench.rng
        name = rng.choice(list(settings))
        given = dict(
            rng.choice([x, broken_text(rng, x)]).partition("=")[::2]
            for x in settings[name]
            if rng.random() < 0.3
        )
        bench.say("settings.txt", f"{name} {given!r}")
        bench.lines = not given
        if name == "bargaining":
            rows = TABLE.encode()
            path = bench.write(
                "actors.csv",
                rng.choice([broken_bytes, lambda r, x: broken_file(r, x, ".csv")])(rng, rows),
            )
            asked = Given(actors=path, settings=given)
        else:
            texts = [rng.choice(sizes), rng.choice(matrices)]
            at = rng.randrange(2)
            texts[at] = (
                broken_file(rng, texts[at], ".csv")
                if rng.random() < 0.5
                else broken_bytes(rng, texts[at], matrices)
            )
            one, other = bench.write("s.csv", texts[0]), bench.write("p.csv", texts[1])
            asked = Given(sizes=rng.choice([one, None]), propensities=other, settings=given)
        found = find_theory(name).of(asked)
        str(found.show()), found.to_dict(every=False)

    return run


@target
def import_() -> Target:
    """`multipolar import`: lists, matrices and networks of a world, one of them broken."""
    from sim.record.world_tables import export_world, import_world
    from sim.scenario import load_scenario
    from tools.fuzz.seeds import FULL

    spec = load_scenario(FULL)
    forms: dict[str, dict[str, bytes]] = {}

    def run(bench: Bench) -> None:
        rng = bench.rng
        if not forms:
            for form in ("csv", "matrix", "pajek"):
                made = export_world(spec, bench.folder / form, form=form)
                forms[form] = {path.name: path.read_bytes() for path in made}
        bench.clear()
        files = forms[rng.choice(list(forms))]
        kept = rng.sample(list(files), k=rng.choice([1, 2, len(files)]))
        if rng.random() < 0.8 and "states.csv" not in kept:
            kept.append("states.csv")
        victim = rng.choice(kept)
        for name in kept:
            bench.write(
                f"in/{name}", broken_file(rng, files[name], name) if name == victim else files[name]
            )
        words = {"source": "Mine", "start": "2021Q4", "spread": "20%", "extends": None}
        if rng.random() < 0.2:
            key = rng.choice(list(words))
            words[key] = rng.choice(ODD_TEXT)
        named = (
            [f"{rng.choice(['trust', 'trade', 'pacts', 'x', ''])}=in/{victim}"]
            if rng.random() < 0.2
            else ["in"]
        )
        bench.say("options.txt", f"{words!r} {named!r}")
        bench.lines = True
        import_world(named, Path("mine.yaml"), force=True, **words)  # type: ignore[arg-type]

    return run


def histories() -> list[dict[str, bytes]]:
    """Folders of yearly tables, as CSV and as Parquet, and of published files."""
    import io

    import pandas as pd

    from tests.scenario.test_formats import FILES
    from tests.scenario.test_years import tables
    from tests.support_history import drawn

    found = [{f"{name}.csv": text.encode() for name, text in FILES.items()}]
    history = drawn(n=8, first=1960, last=1972)
    pairs: list[tuple[pd.DataFrame, pd.DataFrame]] = [
        tables(),
        (history.states, history.dyads.drop(columns="key")),
    ]
    for states, dyads in pairs:
        found.append(
            {
                "states.csv": states.to_csv(index=False).encode(),
                "dyads.csv": dyads.to_csv(index=False).encode(),
            }
        )
        out = io.BytesIO(), io.BytesIO()
        states.to_parquet(out[0], index=False)
        dyads.to_parquet(out[1], index=False)
        found.append({"states.parquet": out[0].getvalue(), "dyads_1.parquet": out[1].getvalue()})
    return found


def write_history(bench: Bench, folders: list[dict[str, bytes]]) -> Path:
    """A folder with one broken file."""
    files = bench.rng.choice(folders)
    victim = bench.rng.choice(list(files))
    for name, data in files.items():
        bench.write(f"data/{name}", broken_file(bench.rng, data, name) if name == victim else data)
    bench.lines = victim.endswith(".csv")
    return bench.folder / "data"


@target
def world() -> Target:
    """`multipolar world`: yearly tables and published files as a scenario."""
    from sim.scenario import validate_scenario
    from sim.scenario.history.formats import read_folder
    from sim.scenario.years import make_world, save_world

    folders = histories()

    def run(bench: Bench) -> None:
        place = write_history(bench, folders)
        history = read_folder(place)
        bench.lines = False
        year = bench.rng.choice([history.years[0], history.years[-1], 1975, 0, 1816, 2300])
        keep = bench.rng.choice([None, None, 3, 1, [901, "BBB"], ["XXX"], [2]])
        codes = bench.rng.choice([None, "abb", "iso3"])
        bench.say("options.txt", f"{year} {keep!r} {codes}")
        made = make_world(
            history,
            year,
            keep=keep,
            quarters=4,
            codes=codes,
            treaties=bench.rng.choice(["organisations", "pacts"]),
        )
        save_world(made, bench.folder / "made.yaml", force=True)
        try:
            validate_scenario(bench.folder / "made.yaml")
        except Exception as error:  # what was accepted must be valid
            raise AssertionError(str(error)) from error

    return run


@target
def hindcast() -> Target:
    """`multipolar hindcast` and `estimate` on yearly tables: the quick models."""
    from sim.scenario.history.formats import read_folder
    from sim.study.hindcast import find_models
    from sim.study.hindcast import hindcast as look_back

    folders = histories()
    names = ["persistence", "base_rate", "distance", "enemies", "logit"]

    def run(bench: Bench) -> None:
        rng = bench.rng
        history = read_folder(write_history(bench, folders))
        bench.lines = False
        years = [*history.years, *([1900, 2100] if rng.random() < 0.2 else [])]
        origins = rng.sample(years, k=min(2, len(years)))
        horizons, models = [rng.choice([1, 2, 5, 200])], find_models(rng.sample(names, k=2))
        bench.say("options.txt", f"{origins} {horizons} {models}")
        found = look_back(history, origins, horizons, models=models, draws=rng.choice([0, 3]))
        found.to_dict(), str(found)

    return run
