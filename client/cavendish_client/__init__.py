"""What users install: the `cavendish` command and a typed client."""

from cavendish_client.client import Client, JobView, Problem

__all__ = ["Client", "JobView", "Problem"]
