"""Mail that nobody would write, in search of an exception: `python -m tests.fuzz --seconds 20`."""
