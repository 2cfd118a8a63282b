"""Finished points on disk: parts of a folder, each under a hash of all that its values depend on.

What was stopped goes on from there, and a larger design finds the points of a smaller one. Parts
are named by what they hold and written whole, so that several processes may share a folder.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from sim.record import folders
from sim.record.manifests import MANIFEST, manifest_text
from sim.study.sweep.plan import code_version
from sim.system.files import write_text, written

type Floats = npt.NDArray[np.float64]

EVALUATED: Final = Path("results") / folders.EVALUATED
"""Where finished points are kept unless told otherwise."""


def evaluated_in(folder: Path | None) -> Path:
    """Return where finished points are kept: in the folder of the result, if one is given."""
    return EVALUATED if folder is None else folder / folders.EVALUATED


def context(*parts: object) -> bytes:
    """Return a hash of what the values of points depend on beside the points, and of the code."""
    text = "\n".join(map(str, (code_version(), *parts)))
    digest = hashlib.blake2b(text.encode(), digest_size=16)
    digest.update(Path(__file__).with_name("factors.py").read_bytes())  # what coordinates mean
    return digest.digest()


class PartStore:
    """Parts in a folder; without one, nothing is kept.

    Args:
        folder: made when it is first needed.
    """

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder

    def path(self, about: bytes, label: str, runs: Sequence[int], points: Floats) -> Path | None:
        """Return where the values of points belong.

        Args:
            about: of :func:`context`.
            label: what the points mean.
            runs: numbers of the runs at each point.
            points: ``(P, F)``.
        """
        if self.folder is None:
            return None
        digest = hashlib.blake2b(about, digest_size=12)
        digest.update(f"{label}\n{tuple(runs)}".encode())
        digest.update(np.ascontiguousarray(points).tobytes())
        name = digest.hexdigest()
        return self.folder / name[:2] / f"{name}.parquet"

    @staticmethod
    def read(
        path: Path | None, names: Sequence[str], shape: tuple[int, int]
    ) -> dict[str, Floats] | None:
        """Return kept values by metric, each ``(P, R)``; None if there is no whole part."""
        if path is None or not path.is_file():
            return None
        import pyarrow.parquet as pq

        try:
            file = pq.ParquetFile(path, page_checksum_verification=True)
            if file.metadata.num_rows != shape[0] * shape[1]:
                return None
            table = file.read(columns=list(names)).to_pandas()
            return {name: table[name].to_numpy(np.float64).reshape(shape) for name in names}
        except Exception:  # noqa: BLE001  (a damaged part is made again, however it is damaged)
            return None

    @staticmethod
    def write(path: Path | None, part: Mapping[str, Floats], runs: Sequence[int]) -> None:
        """Keep values by metric, each ``(P, R)``, whole or not at all.

        Raises:
            UserError: the part cannot be written.
        """
        if path is None:
            return
        import pandas as pd

        points, many = next(iter(part.values())).shape
        table = pd.DataFrame(
            {
                "point": np.repeat(np.arange(points), many),
                "run": np.tile(np.asarray(runs), points),
                **{name: values.ravel() for name, values in part.items()},
            }
        )
        store = path.parent.parent
        if not (store / MANIFEST).exists():
            write_text(store / MANIFEST, manifest_text(folders.EVALUATIONS, {}))
        with written(path) as scratch:
            table.to_parquet(
                scratch, engine="pyarrow", compression="zstd", index=False, write_page_checksum=True
            )
