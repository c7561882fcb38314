"""Names near a popular one that no list knows yet."""
