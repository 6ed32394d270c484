"""A chart of the contract: how far its laws are off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from footfall.contract.findings import REFUSE_BELOW
from footfall.report.charts.canvas import Chart
from footfall.report.charts.forms import swarm
from footfall.report.figures.intervals import normal_score


def distances_chart(promises: Sequence[Mapping[str, Any]]) -> Chart | None:
    """Draw the laws' distances in standard errors; None where no law was judged."""
    laws = [p for p in promises if p["kind"] == "law" and p["standard_errors"] is not None]
    if not laws:
        return None
    limit = normal_score(REFUSE_BELOW)
    furthest = max(laws, key=lambda p: float(p["standard_errors"]))
    broken = sum(p["verdict"] == "fail" for p in laws)
    end = f"{broken} of them are refused" if broken else f"refused is what lies beyond {limit:.1f}"
    return Chart(
        "distances",
        f"Of {len(laws)} laws with a p-value the furthest off is {furthest['check']}, by "
        f"{furthest['standard_errors']:.1f} standard errors; {end}",
        "A dot a law, by how far chance would have to carry a normal figure to be as unlikely. Columns "
        "that are drawn by strata lie "
        "at 0: they follow their laws more closely than chance would.",
        lambda width: swarm(
            width,
            [(p["check"], p["standard_errors"]) for p in laws],
            limit,
            x_name="standard errors",
            limit_name="refused beyond",
        ),
        ["law", "rule", "p-value", "standard errors"],
        [[p["check"], p["rule"], p["p_value"], p["standard_errors"]] for p in laws],
        wide=True,
    )
