"""Classes for ``python:`` over models whose own repositories must run them: ``python:contrib.MODULE:CLASS``.

These files run in the interpreter of the model, which has nothing of the harness: they import the standard library,
numpy and each other, and the model's packages inside functions. They work with Python 3.8. Each was written against
one commit of its repository and is tested against a stub of what that commit publishes; no weights were at hand.
"""
