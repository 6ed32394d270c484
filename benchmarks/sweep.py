"""Many seeds of a scenario: how often each check passes, and whether each law's p-values are uniform.

Null hypothesis of every law: over honest seeds its p-values are uniform on (0, 1). It is rejected
below 1 in 1,000 by a Kolmogorov-Smirnov test; for laws of the catalogue, which is drawn by strata and so
lies closer to them than chance would, only p-values that are too small count. Laws with few possible
p-values are tested for passing alone.

    python benchmarks/sweep.py --seeds 200
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context

from scipy.stats import kstest

from footfall import generate
from footfall.contract.findings import Finding
from footfall.core.errors import FootfallError

REJECT_BELOW = 1e-3


def findings_of(seed: int, scenario: str, scale: float) -> list[Finding] | str:
    """Findings of one seed, or why it was refused."""
    try:
        return generate(scenario, seed=seed, scale=scale).findings
    except FootfallError as error:
        return str(error)


def main() -> int:
    """Run the sweep, print a Markdown table, exit 1 if a seed failed or a law was rejected."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--scenario", default="vantage")
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--workers", type=int, default=2)
    arguments = parser.parse_args()
    seeds = range(arguments.first_seed, arguments.first_seed + arguments.seeds)
    work = partial(findings_of, scenario=arguments.scenario, scale=arguments.scale)
    with ProcessPoolExecutor(arguments.workers, get_context("spawn")) as pool:
        by_seed = dict(zip(seeds, pool.map(work, seeds, chunksize=5), strict=True))

    refused = {seed: why for seed, why in by_seed.items() if isinstance(why, str)}
    by_check: dict[str, list[tuple[int, Finding]]] = defaultdict(list)
    for seed, findings in by_seed.items():
        if not isinstance(findings, str):
            for finding in findings:
                by_check[finding.check].append((seed, finding))

    is_good = not refused
    print(f"| check | passed | not applicable | failed | least p | KS p of the p-values |\n{'| --- ' * 6}|")
    for check, found in by_check.items():
        verdicts = [f.verdict for _, f in found]
        failed = [seed for seed, f in found if f.verdict == "fail"]
        p_values = [f.p_value for _, f in found if f.p_value is not None and f.verdict != "not applicable"]
        example = found[0][1]
        uniform = ""
        if p_values and example.kind == "law" and not example.discrete:
            side = "greater" if example.stratified else "two-sided"
            p = float(kstest(p_values, "uniform", alternative=side).pvalue)
            uniform = (
                f"{p:.3f}"
                + (" (too far only)" if example.stratified else "")
                + (" REJECTED" if p < REJECT_BELOW else "")
            )
            is_good &= p >= REJECT_BELOW
        is_good &= not failed
        least = f"{min(p_values):.2g}" if p_values else ""
        print(
            f"| {check} | {verdicts.count('pass')} | {verdicts.count('not applicable')} | "
            f"{len(failed)}{f' (seeds {failed[:5]})' if failed else ''} | {least} | {uniform} |"
        )
    passed = sum(
        1 for f in by_seed.values() if not isinstance(f, str) and all(x.verdict != "fail" for x in f)
    )
    print(f"\n{passed} of {len(by_seed)} seeds passed every check.")
    for seed, why in list(refused.items())[:5]:
        print(f"seed {seed} refused: {why}")
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())
