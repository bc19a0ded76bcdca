"""From an answer to text: one function for each format."""
