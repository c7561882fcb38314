"""Names that no list knows yet: whom they imitate, fitted and compiled here, asked in guard.core.lookalike.

    letters.py   how letters follow one another in the names of the index
    projects.py  whom a name can imitate: the popular, and whoever was imitated before
    index.py     which of them a name is near to, and how
    fit.py       what each kind of likeness counts for: a logistic model, in plain Python
    trial.py     folds, curves, and the share of ordinary names behind a score
    compile.py   the model as a file for the gate
    known.py     every name an index knows, as a filter
"""
