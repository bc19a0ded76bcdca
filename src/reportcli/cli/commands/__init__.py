"""The functions behind the commands, grouped by what they are for."""
