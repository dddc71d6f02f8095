"""What is made of the wiring's clients for a few functions, built once: nobody else loads what it needs."""
