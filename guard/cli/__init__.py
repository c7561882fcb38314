"""Door 2: what a person or a script asks of guard. One file per subcommand; the file name is the subcommand."""
