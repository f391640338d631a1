"""The root file systems that boxes run on."""
