"""Speech translation: FLEURS and CoVoST 2."""
