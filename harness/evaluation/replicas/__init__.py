"""Several copies of a model, asked at the same time: ``--executor ray``, and ``-M devices=…`` on one machine."""
