"""What the user asks for: conditions, periods and names."""
