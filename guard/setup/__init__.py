"""What puts guard on a machine and takes it off again."""
