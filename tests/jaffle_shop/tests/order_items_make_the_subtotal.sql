select * from {{ ref('orders') }} where order_items_subtotal is null or order_items_subtotal <> subtotal
