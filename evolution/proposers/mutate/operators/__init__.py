"""The mutation operators; `pygent.evolution.proposers.mutate.operator_catalog` imports every module here."""
