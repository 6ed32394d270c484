"""Scenarios by name or path, with changes made to them; every error names its place and its remedy.

Positions are looked up only once something is wrong.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from footfall.scenario.defects import Defect, refusal
from footfall.scenario.extend import Chain, chain_of

if TYPE_CHECKING:
    from footfall.scenario.model import Scenario


def load(name_or_path: str, overrides: Sequence[str] = ()) -> Scenario:
    """Read a scenario with what it extends, make the changes, and check all of it.

    Parameters
    ----------
    name_or_path
        Name of a shipped scenario, or path of a YAML file.
    overrides
        Changes ``key.path=value``, in order; the value is YAML.

    Raises
    ------
    ScenarioError
        In one line: where, what is wrong, what is allowed; `defects` holds all that is wrong.

    Examples
    --------
    >>> load("vantage", ["demand.orders=50000"]).demand.orders
    50000.0
    """
    from pydantic import ValidationError  # noqa: PLC0415 - it and the model (Arrow) are not needed to list

    from footfall.scenario.model import Scenario  # noqa: PLC0415

    chain = chain_of(name_or_path)
    if chain.data is None:
        raise refusal(_in_order(chain.defects, chain), name_or_path)
    data, changes = chain.data, []
    if overrides:
        from footfall.scenario.overrides import changed, parsed  # noqa: PLC0415 - and this where none is made

        changes = [parsed(change) for change in overrides]
        for change in changes:
            data = changed(data, change)
    try:
        scenario = Scenario.model_validate(data)
    except ValidationError:
        from footfall.scenario import explain  # noqa: PLC0415 - and this where nothing is wrong

        found = [*chain.defects, *explain.defects_in(data, chain, changes)]
        raise refusal(_in_order(found, chain), name_or_path) from None
    found = [*chain.defects, *_plugin_defects(scenario, chain)]
    if found:
        raise refusal(_in_order(found, chain), name_or_path)
    return scenario.with_holidays()


def _plugin_defects(scenario: Scenario, chain: Chain) -> list[Defect]:
    if not any(column.plugin for table in scenario.tables.values() for column in table.columns.values()):
        return []
    from footfall.scenario.plugins import plugin_contradictions  # noqa: PLC0415 - few scenarios have any

    return [chain.defect(each.keys, str(each)) for each in plugin_contradictions(scenario)]


def _in_order(found: Sequence[Defect], chain: Chain) -> list[Defect]:
    """Defects as they stand in the files, the outermost first; those of changes at the end."""
    files = [document.file for document in chain.documents]

    def place(defect: Defect) -> tuple[int, int, int]:
        number = files.index(defect.place) if defect.place in files else len(files)
        return number, defect.line or 0, defect.column or 0

    return sorted(dict.fromkeys(found), key=place)
