"""Answers drawn for a terminal with rich: a module for each kind of answer, with one function ``draw``."""
