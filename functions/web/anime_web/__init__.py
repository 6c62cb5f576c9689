"""The web function: uploads, jobs, results, styles, health; no model code."""
