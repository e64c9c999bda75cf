"""Pure text functions: comparing spellings, words, sentences, Arabic clitics. Imports nothing of ours.

Offsets are Python string indices (code points) into the text that was given.
"""
