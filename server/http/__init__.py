"""The HTTP door: the LangGraph server protocol, and what stands beside it."""
