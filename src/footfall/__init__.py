"""Footfall simulates a shop's data: relational, statistically honest tables.

>>> import footfall
>>> dataset = footfall.generate("vantage", seed=42)  # doctest: +SKIP
>>> dataset.to_pandas()["raw_orders"].head()  # doctest: +SKIP
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from footfall.workflow.dataset import Dataset
    from footfall.workflow.generate import generate

__version__ = "0.1.0"
__all__ = ["Dataset", "__version__", "generate"]


def __getattr__(name: str) -> Any:
    # Loaded when asked for, so that `footfall --help` does not wait for Arrow and NumPy.
    if name == "generate":
        from footfall.workflow.generate import generate  # noqa: PLC0415 - see above

        return generate
    if name == "Dataset":
        from footfall.workflow.dataset import Dataset  # noqa: PLC0415 - see above

        return Dataset
    raise AttributeError(f"module 'footfall' has no attribute {name!r}")
