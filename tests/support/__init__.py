"""Helpers of tests: servers, tiny models, clips, runs, data. No tests here, and nothing imported from test modules."""
