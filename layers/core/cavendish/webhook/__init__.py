"""Who is told of a job's way by HTTP, how it is signed, when it is sent again. Sends nothing itself."""
