%% set thing, history, versions = 'product', 'product_price', 'stg_product_prices'
%% include 'tests/versions/current.sql'
