"""The contact sheet: every picture beside its kin, to be looked at by a person."""

import html
from collections.abc import Iterable, Sequence
from pathlib import Path

from tools.screenshots.shots import Shot

HEAD = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Runwright: every screen</title><style>
body { font: 13px/20px system-ui, sans-serif; margin: 24px; background: #eceae4; color: #1d1b18; }
section { margin: 0 0 40px; } h2 { font-size: 16px; margin: 0; } p { margin: 0 0 8px; color: #57534b; }
div { display: flex; flex-wrap: wrap; gap: 12px; align-items: flex-start; } figure { margin: 0; }
img { display: block; height: 300px; border: 1px solid #c6c1b6; } nav a { margin-right: 12px; }
</style><h1>Every screen</h1>"""


def contact_sheet(folder: Path, shots: Sequence[Shot], pictures: Iterable[tuple[str, Path]]) -> None:
    """Write index.html into the folder; a picture that was not taken is named in its place."""
    files: dict[str, list[Path]] = {}
    for shot, file in pictures:
        files.setdefault(shot, []).append(file)
    links = "".join(f'<a href="#{shot.name}">{shot.name}</a>' for shot in shots)
    sections = "".join(
        f'<section id="{shot.name}"><h2>{shot.name}</h2><p>{html.escape(shot.shows)}</p>'
        f"<div>{''.join(_figure(file) for file in files[shot.name])}</div></section>"
        for shot in shots
    )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "index.html").write_text(f"{HEAD}<nav>{links}</nav>{sections}</html>\n", encoding="utf-8")


def _figure(file: Path) -> str:
    name = html.escape(file.stem)
    if not file.exists():
        return f"<figure><figcaption>{name} is missing</figcaption></figure>"
    return (
        f'<figure><a href="{file.name}"><img loading="lazy" src="{file.name}" alt="{name}"></a>'
        f"<figcaption>{name}</figcaption></figure>"
    )
