"""How the pages become a site: `make site`. Nothing in it is fetched from elsewhere."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
project = "multipolar"
author = "The multipolar authors"
extensions = ["myst_nb"]
root_doc = "docs/README"
include_patterns = ["*.md", "docs/**", "scenarios/world/README.md"]
exclude_patterns = ["docs/site"]
html_theme = "furo"
html_title = "multipolar"
html_show_sourcelink = False
html_copy_source = False
nb_execution_mode = "off"  # the tests run the notebook
myst_heading_anchors = 4
# ODD has a heading of the first level for each of its parts; tables are shown as ```csv
suppress_warnings = ["myst.header", "misc.highlighting_failure"]

#: The order of the sidebar: a caption, and the folder or the pages under it.
PARTS = {
    "Tutorials": ["README", "docs/tutorial"],
    "How to": ["docs/how-to"],
    "Reference": ["docs/reference"],
    "Explanation": ["docs/explanation", "docs"],
    "Scenarios": ["docs/scenarios", "scenarios/world/README"],
    "The project": ["CONTRIBUTING", "CHANGELOG"],
}


def contents():
    """The sidebar: every page under its caption, so that none is left out."""
    for caption, places in PARTS.items():
        pages = []
        for place in places:
            found = [place]
            if (folder := ROOT / place).is_dir():
                kinds = (
                    path for path in sorted(folder.iterdir()) if path.suffix in {".md", ".ipynb"}
                )
                found = [path.relative_to(ROOT).with_suffix("").as_posix() for path in kinds]
            pages += [f"/{page}" for page in found if page != root_doc]
        yield "\n".join(["```{toctree}", ":hidden:", f":caption: {caption}", "", *pages, "```"])


def setup(app):
    """Give the index its contents, which on other hosts would be in the way."""

    def read(_, name, source):
        if name == root_doc:
            source[0] += "\n\n" + "\n\n".join(contents())

    app.connect("source-read", read)
