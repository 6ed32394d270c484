"""The contract: judges published tables by their scenario, and shares no code with what made them."""

from footfall.contract.figures import Figures
from footfall.contract.findings import Finding
from footfall.contract.judge import CHECKS, judge
from footfall.contract.own_checks import judge_own
from footfall.contract.subject import Subject

__all__ = ["CHECKS", "Figures", "Finding", "Subject", "judge", "judge_own"]
