"""Public holidays of countries and regions, by the `holidays` library or by a list of the author's own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Annotated, Self

from pydantic import Field, model_validator

from footfall.core.errors import ScenarioError
from footfall.scenario.defects import Contradiction
from footfall.scenario.strict import Code, Day, NotNegative, Strict

Place = Annotated[str, Field(pattern=r"^[A-Z]{2}(-[A-Za-z0-9 ]+)?$", max_length=40)]


class Holidays(Strict):
    """Public holidays of the shops' countries or regions, on which a shop sells less, more, or nothing.

    A shop's intensity is multiplied on each holiday of its place; the total of all days stays what is
    asked for.

    Attributes
    ----------
    places
        Shop: its country (ISO 3166-1), or country and region (ISO 3166-2), such as AT or DE-BY; other shops
        have no holidays.
    multiplier
        Times the orders of the same day without the holiday; 0 closes the shop.
    dates
        Place: its holidays. Where not given they are asked of the `holidays` library, for the declared years
        and the one after; what it said is kept with the data, as a later version may say something else.
    """

    places: Annotated[dict[Code, Place], Field(min_length=1)]
    multiplier: NotNegative
    dates: dict[Place, list[Day]] | None = None

    @model_validator(mode="after")
    def _dated(self) -> Self:
        if self.dates is not None:
            missing = sorted(set(self.places.values()) - set(self.dates))
            if missing:
                raise Contradiction(
                    f"dates lacks {missing[0]}, where a shop of places lies; list its holidays", "dates"
                )
        return self

    def asked_of_library(self, years: Sequence[int]) -> Holidays:
        """Give the same with the dates of some years, which the library says unless the author did.

        Raises
        ------
        ScenarioError
            The library does not know a place.
        """
        if self.dates is not None:
            return self
        places = sorted(set(self.places.values()))
        return self.model_copy(update={"dates": {place: _of_library(place, years) for place in places}})

    def factors(self, shops: Sequence[str], days: Sequence[dt.date]) -> list[list[float]]:
        """Multiplier of each day in each shop."""
        assert self.dates is not None, "asked of the library when the scenario was read"
        of_place = {place: frozenset(dates) for place, dates in self.dates.items()}
        mine = [of_place.get(self.places.get(shop, ""), frozenset()) for shop in shops]
        return [[self.multiplier if day in dates else 1.0 for dates in mine] for day in days]

    @property
    def last_year(self) -> int:
        """Last year whose holidays are known."""
        assert self.dates is not None, "asked of the library when the scenario was read"
        return max((day.year for days in self.dates.values() for day in days), default=dt.MAXYEAR)


def _of_library(place: str, years: Sequence[int]) -> list[dt.date]:
    import holidays  # noqa: PLC0415 - only scenarios with holidays need it

    country, _, region = place.partition("-")
    try:
        known = holidays.country_holidays(country, subdiv=region or None, years=years)
    except NotImplementedError:
        regions = holidays.list_supported_countries().get(country)
        allowed = f"regions of {country} are {', '.join(regions)}" if regions else "give one such as US-NY"
        raise ScenarioError(
            f"demand.holidays.places: the calendars know no holidays of '{place}'; {allowed}; "
            "or list them under demand.holidays.dates"
        ) from None
    return sorted(known)
