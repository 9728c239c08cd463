"""How fast it is: `python -m tests.bench`. A table for people to read; nothing here passes or fails."""
