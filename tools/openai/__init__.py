"""The OpenAI form of the engine: a language model behind an OpenAI-compatible endpoint.

What it answers is data. Each quotation is located in its page by code, each draft is held against what it
rests on, and text from outside reaches it only as data. The model is offered no tools.
"""
