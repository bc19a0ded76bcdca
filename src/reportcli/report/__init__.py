"""What a report is: the list of fields, and a report as TOML, as JSON and as a Python value."""
