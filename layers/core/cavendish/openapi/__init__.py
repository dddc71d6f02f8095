"""The HTTP contract as data: what the API takes and answers, and the OpenAPI 3.1 document made of it."""
