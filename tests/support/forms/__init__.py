"""Replies made for the strict readings: own items, templates whose commitment is known, documents of every closed benchmark."""
