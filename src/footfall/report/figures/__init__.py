"""Figures of a data set, counted in its tables by SQL; each module gives plain dicts and lists."""
