"""Cities with their state and one of their postcodes, a CSV a locale.

The United States: standard zip codes with their area codes, from the package `zipcodes` by
`tools/us_places.py`; a test holds the table to the package.

The German-speaking countries: rows were written down by hand, 60 to 90 a country, the larger cities
with several of their postcodes, and each was checked against the open postal data of
countrystatecity-postal-codes 2.0.1 (same postcode, same place, same state; districts such as
"Wien, Neubau" and spellings such as "Altdorf UR" count as their city). No row was copied from there,
and it is no dependency: it has 150 MB. States are names in Germany and Austria, cantons' codes in
Switzerland, as they are written there.
"""
