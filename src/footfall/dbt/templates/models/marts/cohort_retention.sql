[# needs: buyers #]
with orders as (
    select
        customer_id,
        {{ start_of('month', 'order_date') }} as order_month,
        revenue
    from {{ ref('fct_orders') }}
),

cohorts as (
    select
        customer_id,
        min(order_month) as cohort_month
    from orders
    group by customer_id
),

sizes as (
    select
        cohort_month,
        count(*) as cohort_customers
    from cohorts
    group by cohort_month
),

activity as (
    select
        cohorts.cohort_month,
        {{ months_between('cohorts.cohort_month', 'orders.order_month') }} as months_since_first,
        count(distinct orders.customer_id) as active_customers,
        count(*) as orders,
        {{ money('sum(orders.revenue)') }} as revenue
    from orders
    inner join cohorts on orders.customer_id = cohorts.customer_id
    group by
        cohorts.cohort_month,
        {{ months_between('cohorts.cohort_month', 'orders.order_month') }}
)

select
    activity.cohort_month,
    activity.months_since_first,
    sizes.cohort_customers,
    activity.active_customers,
    {{ ratio('activity.active_customers', 'sizes.cohort_customers') }} as retention_rate,
    activity.orders,
    activity.revenue
from activity
inner join sizes on activity.cohort_month = sizes.cohort_month
