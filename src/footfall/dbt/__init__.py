"""A dbt project on a scenario's tables: sources, staging, star schema, marts, tests, documentation."""
