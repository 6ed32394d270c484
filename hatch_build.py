"""What hatchling does when Footfall is installed or packed: compile its loops, where there is a compiler."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompiledLoops(BuildHookInterface[Any]):
    """Puts the compiled loops into the package; without them all is the same, and checks take longer."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile; a wheel stays one for all machines, since a library is used only on its own kind."""
        root = Path(self.root)
        try:
            library = runpy.run_path(str(root / "tools" / "compile_loops.py"))["compile_loops"]()
        except OSError as error:
            self.app.display_warning(f"Checks will take longer, as loops are not compiled: {error}")
            return
        build_data["artifacts"].append(str(library.relative_to(root)))
