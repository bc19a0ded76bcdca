"""Answers become text: one function a format."""
