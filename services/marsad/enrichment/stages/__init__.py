"""One file a stage; its name is the stage's. `../registry.py` says which run, and in what order."""
