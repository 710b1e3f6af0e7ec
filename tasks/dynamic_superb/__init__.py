"""Dynamic-SUPERB, phases 1 and 2: instruction-based speech, sound and music tasks, one data set each."""
