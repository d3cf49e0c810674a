"""Pictures of every screen and state: `make screenshots`.

    python -m tools.screenshots                 all of them, to test-results/screenshots/ with index.html to look at
    python -m tools.screenshots --docs          those of the documents, to docs/images/
    python -m tools.screenshots --only editor   those whose name holds the word

Each device has a server and a browser of its own; both run side by side. A picture that cannot be taken is told at the
end (exit code 1), and the others are taken all the same.
"""

import argparse
import multiprocessing
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from tests.fixtures.chromium import find_chromium
from tests.fixtures.server import ROOT
from tools.screenshots.fonts import use_fonts
from tools.screenshots.sheet import contact_sheet
from tools.screenshots.shots import DOCUMENTS, SHOTS
from tools.screenshots.stage import Device
from tools.screenshots.taking import Picture, Trouble, take

PICTURES = ROOT / "test-results" / "screenshots"
IMAGES = ROOT / "docs" / "images"
LARGEST_IMAGE_BYTES = 200_000
DEVICES: tuple[Device, ...] = ("desktop", "phone")
SHORT = {"en": "en", "zh-CN": "zh"}


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="make screenshots", description="Pictures of every screen and state.")
    parser.add_argument("--docs", action="store_true", help="those the documents show, to docs/images/")
    parser.add_argument("--only", default="", help="those whose name holds the word")
    wishes = parser.parse_args(arguments)
    if find_chromium() is None:
        sys.stderr.write("screenshots: no Chromium was found: install one, or name it by the variable CHROMIUM.\n")
        return 2
    pictures = list(documents() if wishes.docs else everything())
    pictures = [picture for picture in pictures if wishes.only in picture.shot]
    if not wishes.docs and not wishes.only:
        shutil.rmtree(PICTURES, ignore_errors=True)
    if not use_fonts():
        sys.stderr.write("screenshots: drawn with this machine's typefaces, for Inter is not at hand.\n")
    began = time.monotonic()
    devices = [device for device in DEVICES if any(picture.device == device for picture in pictures)]
    # Spawned: Playwright's loop and a fork do not go together.
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        asked = [[picture for picture in pictures if picture.device == device] for device in devices]
        troubles = [trouble for found in pool.map(take, devices, asked) for trouble in found]
    if wishes.docs:
        troubles += [too_large(picture) for picture in pictures if size(picture.file) > LARGEST_IMAGE_BYTES]
    else:
        contact_sheet(PICTURES, SHOTS, [(picture.shot, picture.file) for picture in everything()])
    for trouble in troubles:
        sys.stderr.write(f"screenshots: {trouble.shot} ({trouble.device}): {trouble.why}\n")
    taken = sum(picture.file.exists() for picture in pictures)
    where = (IMAGES if wishes.docs else PICTURES / "index.html").relative_to(ROOT)
    sys.stdout.write(f"{taken} of {len(pictures)} pictures in {time.monotonic() - began:.0f} s: {where}\n")
    return 1 if troubles else 0


def everything() -> Iterator[Picture]:
    for shot in SHOTS:
        for device in shot.devices:
            for language in shot.languages:
                for scheme in shot.schemes:
                    file = PICTURES / f"{shot.name}-{device}-{SHORT[language]}-{scheme}.png"
                    yield Picture(shot=shot.name, device=device, language=language, scheme=scheme, file=file)


def documents() -> Iterator[Picture]:
    for document in DOCUMENTS:
        for language in ("en", "zh-CN"):
            yield Picture(
                shot=document.shot, device=document.device, language=language, scheme=document.scheme,
                file=IMAGES / f"{document.file}-{SHORT[language]}.png", small=True,
            )  # fmt: skip


def size(file: Path) -> int:
    return file.stat().st_size if file.exists() else 0


def too_large(picture: Picture) -> Trouble:
    return Trouble(shot=picture.shot, device=picture.device, why=f"{picture.file.name} has {size(picture.file)} bytes")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
