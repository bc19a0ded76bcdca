"""Answers become text: one module a medium, one function a format. Nothing here fetches or decides.

``FORMATS`` names the formats that a pipe can ask for; the pictures for a terminal are in ``tables`` and ``pages``.
"""
