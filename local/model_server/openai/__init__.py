"""What speaks as OpenAI does, and the gateways that look like it: Images and Chat Completions."""
