"""Answers drawn for a terminal with rich: one module an answer, by the same name as in ``answer``."""
