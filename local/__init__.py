"""The run without an AWS account. Nothing in functions/ or layers/ imports from here."""
