"""The typefaces the page names first, for the pictures only: nothing is installed on the machine.

On Debian their packages are fetched into build/fonts/ and unpacked there; elsewhere, or without a package index, the
pictures are drawn with what the machine has.
"""

import os
import shutil
import subprocess

from tests.fixtures.server import ROOT

FOLDER = ROOT / "build" / "fonts"
PACKAGES = ("fonts-inter", "fonts-jetbrains-mono")
CONFIGURATION = f"""<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>
<include ignore_missing="yes">/etc/fonts/fonts.conf</include><dir>{FOLDER}</dir>
<cachedir>{FOLDER / "cache"}</cachedir></fontconfig>
"""


def use_fonts() -> bool:
    """Let programs started from here find them; whether they are there."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    if not any(FOLDER.rglob("Inter-Regular.*")) and not _fetch():
        return False
    configuration = FOLDER / "fonts.conf"
    configuration.write_text(CONFIGURATION, encoding="utf-8")
    os.environ["FONTCONFIG_FILE"] = str(configuration)
    return True


def _fetch() -> bool:
    if not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
        return False
    _quietly("apt-get", "download", *PACKAGES)
    for package in FOLDER.glob("*.deb"):
        _quietly("dpkg-deb", "-x", package.name, ".")
    return any(FOLDER.rglob("Inter-Regular.*"))


def _quietly(*command: str) -> None:
    subprocess.run(command, cwd=FOLDER, capture_output=True, timeout=120, check=False)
