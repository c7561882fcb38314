"""Where claims come from: one file per published format."""
