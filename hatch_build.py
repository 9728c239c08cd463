"""Build hook: compiles the gettext catalogues, so that the wheel carries them."""

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CatalogueHook(BuildHookInterface):  # type: ignore[type-arg]
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        sys.path.insert(0, self.root)
        from config.catalogues import compile_catalogues

        compile_catalogues(Path(self.root) / "config" / "locales")
