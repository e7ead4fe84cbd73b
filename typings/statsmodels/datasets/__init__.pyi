# statsmodels ships no types. Only what examples/ imports; goes when it has a py.typed.
