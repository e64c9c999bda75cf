"""Where tasks are and how they ended: what `marsad audit` balances and `marsad trace` follows.

It reads both servers beside the services, commits nothing and writes nothing.
"""
