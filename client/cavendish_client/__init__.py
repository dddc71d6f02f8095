"""What users install: the `cavendish` command and a typed client."""

from cavendish_client.client import Client, Fault, JobView, Problem

__all__ = ["Client", "Fault", "JobView", "Problem"]
