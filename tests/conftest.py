"""What is true of all tests."""

from hypothesis import settings

# How long an example takes says how busy the machine is; what takes long is shown by benchmarks.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")
