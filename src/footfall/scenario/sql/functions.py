"""Functions that expressions and queries of scenarios may call, and types that they may cast to.

Each gives the same for the same values, on any day, machine and number of threads, and gives no more text
than it is given or told in the expression itself. What isn't listed can't be called, whatever DuckDB offers.
"""

from __future__ import annotations

OPERATORS = frozenset({
    "+", "-", "*", "/", "//", "%", "**", "^", "||", "&", "|", "<<", ">>", "~",
    "~~", "!~~", "~~*", "!~~*", "~~~", "like_escape", "not_like_escape", "ilike_escape", "not_ilike_escape",
})  # fmt: skip
NUMBERS = frozenset({
    "abs", "acos", "asin", "atan", "atan2", "cbrt", "ceil", "ceiling", "cos", "degrees", "exp", "floor",
    "gcd", "greatest", "isfinite", "isinf", "isnan", "lcm", "least", "ln", "log", "log10", "log2", "mod",
    "pi", "pow", "power", "radians", "round", "sign", "sin", "sqrt", "tan", "trunc", "xor",
})  # fmt: skip
TEXTS = frozenset({
    "ascii", "chr", "concat", "concat_ws", "contains", "ends_with", "hex", "instr", "lcase", "left", "len",
    "length", "levenshtein", "lower", "lpad", "ltrim", "md5", "ord", "position", "prefix", "regexp_extract",
    "regexp_full_match", "regexp_matches", "regexp_replace", "repeat", "replace", "reverse", "right", "rpad",
    "rtrim", "sha1", "sha256", "split_part", "starts_with", "strip_accents", "strlen", "strpos", "substr",
    "substring", "suffix", "to_hex", "translate", "trim", "ucase", "unicode", "upper",
})  # fmt: skip
DATES = frozenset({
    "date_add", "date_diff", "date_part", "date_sub", "date_trunc", "datediff", "datepart", "datesub",
    "datetrunc", "day", "dayname", "dayofmonth", "dayofweek", "dayofyear", "days_in_month", "epoch", "hour",
    "isodow", "isoyear", "last_day", "make_date", "make_timestamp", "minute", "month", "monthname",
    "quarter", "second", "strftime", "to_days", "to_hours", "to_minutes", "to_months", "to_seconds",
    "to_weeks", "to_years", "week", "weekday", "weekofyear", "year", "yearweek",
})  # fmt: skip
CHOICES = frozenset({"if", "nullif"})
MACROS = frozenset({"date_add", "days_in_month", "if", "nullif", "split_part"})
"""Of these, DuckDB has no function but a text that it puts in their place."""

SCALARS = OPERATORS | NUMBERS | TEXTS | DATES | CHOICES
AGGREGATES = frozenset({
    "arg_max", "arg_min", "avg", "bool_and", "bool_or", "corr", "count", "count_if", "count_star",
    "covar_pop", "covar_samp", "kurtosis", "max", "max_by", "mean", "median", "min", "min_by",
    "quantile_cont", "quantile_disc", "regr_intercept", "regr_r2", "regr_slope", "skewness", "stddev",
    "stddev_pop", "stddev_samp", "sum", "var_pop", "var_samp", "variance",
})  # fmt: skip
WINDOWS = frozenset({
    "cume_dist", "dense_rank", "first_value", "lag", "last_value", "lead", "nth_value", "ntile",
    "percent_rank", "rank", "row_number",
})  # fmt: skip
TYPES = frozenset({
    "bigint", "bool", "boolean", "date", "decimal", "double", "hugeint", "int", "integer", "interval",
    "numeric", "smallint", "string", "text", "time", "timestamp", "uuid", "varchar",
})  # fmt: skip
OF_THE_MOMENT = frozenset({
    "current_catalog", "current_date", "current_localtime", "current_localtimestamp", "current_role",
    "current_schema", "current_time", "current_timestamp", "current_user", "localtime", "localtimestamp",
    "session_user", "user",
})  # fmt: skip
"""Words that look like columns and tell who asks, and when."""

NUMBERS_OF_MANY = AGGREGATES | WINDOWS
NUMBERS_OF_MANY -= {
    "arg_max", "arg_min", "max", "max_by", "min", "min_by", "quantile_disc", "median",
    "first_value", "lag", "last_value", "lead", "nth_value",
}  # fmt: skip
"""Of those that read several rows, the ones that always give a number."""

PADDING = frozenset({"lpad", "repeat", "rpad"})
"""Functions whose second argument says how long their text becomes."""
