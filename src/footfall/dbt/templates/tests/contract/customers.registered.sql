%% set law = scenario.customers.registered
%% if law
select registered_on
from {{ ref('stg_customers') }}
where registered_on < cast('[[ law.from_ ]]' as date) or registered_on > cast('[[ law.to ]]' as date)
%% endif
