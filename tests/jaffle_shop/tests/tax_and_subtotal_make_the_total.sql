select * from {{ ref('orders') }} where order_total_cents <> subtotal_cents + tax_paid_cents
