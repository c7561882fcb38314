"""The room lent to pip and poetry: it runs inside their interpreter and uses core alone."""
