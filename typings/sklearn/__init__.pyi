# scikit-learn ships no types; see datasets.pyi.
