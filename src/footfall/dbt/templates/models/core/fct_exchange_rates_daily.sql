[# needs: exchange_rate.date, exchange_rate.currency, exchange_rate.rate #]
select
    rate_date,
    currency,
    exchange_rate
from {{ ref('stg_exchange_rates') }}
