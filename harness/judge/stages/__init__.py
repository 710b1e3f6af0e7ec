"""Stages that are made of stages: several judges of one run."""
