"""Where the list comes from: sources, compilation, synchronisation, trust."""
