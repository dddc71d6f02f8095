"""The use cases, one module each, named like the function that calls it: submit, dispatch, generate, settle, ...

A use case takes its ports, the time and its ids as arguments; it decides, and lets the ports do.
"""
