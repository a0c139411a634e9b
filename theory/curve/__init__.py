"""The slow curve: its terms, closed forms, exact cases, and the times along it."""
