"""The command line: arguments in, the answer written, errors caught once."""
