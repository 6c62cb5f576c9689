"""``make bench-faces``: where the time goes, for one portrait and for six people."""

from __future__ import annotations

import sys
import tempfile
from importlib.resources import files
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

from anime_inference.adapters.faces.pack import install_face_pack
from anime_inference.composition import limits_of, load_models
from anime_inference.logic.painting import Painting
from anime_inference.logic.pipeline import transform
from anime_inference.settings import Settings
from anime_shared.options import TransformOptions

RUNS = 7
PHOTOS = {
    "portrait, 512 x 512": Path("docs/pictures/photo.jpg"),
    "six people, 1280 x 886": files("insightface") / "data" / "images" / "t1.jpg",
}


def main(pack: Path | None) -> None:
    """Medians of each stage in milliseconds; with both detectors if there is a pack."""
    table = Table(title=f"Milliseconds, median of {RUNS}", box=None)
    for heading in ("photo", "detector", "found", "treated"):
        table.add_column(heading)
    for stage in ("decode", "detect", "stylise", "paste", "encode", "all"):
        table.add_column(stage, justify="right")
    with tempfile.TemporaryDirectory() as folder:
        plain = Settings(model_folder=Path(folder, "plain"))
        settings = [plain]
        if pack is not None:
            with_pack = Settings(model_folder=Path(folder, "pack"))
            install_face_pack(with_pack.model_folder, pack)
            settings.append(with_pack)
        for name, photo in PHOTOS.items():
            for chosen in settings:
                models, data = load_models(chosen), photo.read_bytes()
                detector = models.detectors.get().name
                runs = [
                    transform(data, TransformOptions(), limits_of(chosen), models)
                    for _ in range(RUNS + 1)
                ][1:]
                table.add_row(name, detector, *_cells(runs))
    Console(width=110).print(table)


def _cells(runs: list[Painting]) -> list[str]:
    faces = runs[0].faces
    stages = list(runs[0].timings.rounded())
    medians = [median(run.timings.rounded()[stage] for run in runs) for stage in stages]
    treated = sum(face.treated for face in faces)
    times = [f"{1000 * seconds:.0f}" for seconds in (*medians, sum(medians))]
    return [str(len(faces)), str(treated), *times]


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else None)
