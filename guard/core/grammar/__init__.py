"""What a command line asks for, read as pip, poetry and the tools beside them read it themselves."""
