"""Charts of the figures, as inline SVG that needs no script and follows the page's colours."""
