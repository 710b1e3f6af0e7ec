"""The conformance suite for adapters: what every adapter owes the runner, as a base class of tests."""

from model_adapters.conformance.suite import AdapterConformance, NonconformingError

__all__ = ["AdapterConformance", "NonconformingError"]
