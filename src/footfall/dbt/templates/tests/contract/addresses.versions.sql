%% set thing, history, versions = 'customer', 'customer_address', 'stg_customer_addresses'
%% include 'tests/versions/versions.sql'
