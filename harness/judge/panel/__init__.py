"""Panels: several judges grade every reply, and their grades are one."""
