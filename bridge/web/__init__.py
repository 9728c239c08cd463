"""The web port: whether the forum is well, its figures, and the page behind an unsubscribe link."""
