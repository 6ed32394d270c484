"""The shipped scenarios with prices that change and customers who move, and tables of what was valid when."""

from __future__ import annotations

CHANGING: dict[str, tuple[str, ...]] = {
    "vantage": (
        "catalog.price_changes={every_days: 90, sd_percent: 6}",
        "customers.moves={share_a_year: 0.10}",
        "tables.raw_customers.on_request=false",
        "tables.raw_prices={rows: product_price, columns: {sku_id: product, base_price_eur: price, "
        "cost_price_eur: cost, valid_from: valid_from, valid_to: valid_to}}",
        "tables.raw_addresses={rows: customer_address, columns: {customer_id: customer, address: address, "
        "postcode: postcode, city: city, state: state, valid_from: valid_from, valid_to: valid_to}}",
    ),
    "storefront": (
        "catalog.price_changes={every_days: 30, sd_percent: 20}",
        "customers.moves={share_a_year: 0.30}",
        "tables.product_prices={rows: product_price, columns: {product_id: product, price: price, "
        "cost: cost, valid_from: valid_from, valid_to: valid_to}}",
        "tables.customer_addresses={rows: customer_address, columns: {customer_id: customer, "
        "address: address, city: city, state: state, zip: postcode, "
        "valid_from: valid_from, valid_to: valid_to}}",
    ),
}
