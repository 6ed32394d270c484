%% set wanted = scenario.targets.top_customer_share
%% if wanted and wanted.tolerance and whole and has('buyers') and has('customer.id')
-- Binds the whole horizon, once its last week has come and there are [[ binding ]] orders. Customers who never
-- ordered count, too.
with customers as (
    select
        customers.customer_id,
        coalesce(sum(orders.revenue), 0) as revenue
    from {{ ref('dim_customer') }} as customers
    left join {{ ref('fct_orders') }} as orders on customers.customer_id = orders.customer_id
    group by customers.customer_id
),

ranked as (
    select
        revenue,
        row_number() over (order by revenue desc, customer_id asc)
        <= round([[ wanted.top ]] * count(*) over ()) as is_top
    from customers
),

shares as (
    select
        {{ ratio('sum(case when is_top then revenue else 0 end)', 'sum(revenue)') }} as top_customer_share
    from ranked
),

horizon as (
    select
        count(*) as orders,
        max(order_date) as last_day
    from {{ ref('fct_orders') }}
)

select
    horizon.orders,
    shares.top_customer_share
from shares
cross join horizon
where
    horizon.orders >= [[ binding ]]
    and horizon.last_day > {{ days_before("cast('[[ scenario.last_day ]]' as date)", 7) }}
    and abs(shares.top_customer_share - [[ wanted.value ]]) > [[ wanted.tolerance ]]
%% endif
