"""One module a service: what is asked of it, where its caps are, and how its reply is judged."""
