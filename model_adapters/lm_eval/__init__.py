"""``lm_eval:NAME``, and our adapters as models of lm-eval."""
