"""The 55 phase-1 instances of Dynamic-SUPERB: domain, and whether the official baselines were trained on them.

Written by scripts/make_dynamic_superb_yaml.py from tasks/dynamic_superb/instances.yaml; edit those.
"""

from __future__ import annotations

from typing import Final

DOMAINS: Final = {
    "AUD": "audio",
    "CON": "content",
    "DEG": "degradation",
    "PAR": "paralinguistics",
    "SEM": "semantics",
    "SPK": "speaker",
}
"""Domain code -> name."""

PHASE_1: Final[dict[str, tuple[str, bool]]] = {
    "dynamic_superb_speakercounting_libritts_testclean": ("SPK", True),
    "dynamic_superb_dialogueactpairing_dailytalk": ("SEM", True),
    "dynamic_superb_intentclassification_fluentspeechcommands_action": ("SEM", False),
    "dynamic_superb_intentclassification_fluentspeechcommands_location": ("SEM", False),
    "dynamic_superb_intentclassification_fluentspeechcommands_object": ("SEM", False),
    "dynamic_superb_spokentermdetection_ljspeech": ("CON", True),
    "dynamic_superb_spokentermdetection_librispeech_testother": ("CON", True),
    "dynamic_superb_spokentermdetection_librispeech_testclean": ("CON", True),
    "dynamic_superb_multispeakerdetection_librispeech_testclean": ("SPK", False),
    "dynamic_superb_multispeakerdetection_vctk": ("SPK", False),
    "dynamic_superb_speechtextmatching_ljspeech": ("CON", True),
    "dynamic_superb_speechtextmatching_librispeech_testclean": ("CON", True),
    "dynamic_superb_speechtextmatching_librispeech_testother": ("CON", True),
    "dynamic_superb_chordclassification_acousticguitarandpiano": ("AUD", False),
    "dynamic_superb_speechcommandrecognition_googlespeechcommandsv1": ("CON", False),
    "dynamic_superb_emotionrecognition_multimodalemotionlinesdataset": ("PAR", True),
    "dynamic_superb_reverberationdetection_ljspeech_rirsnoises_mediumroom": ("DEG", False),
    "dynamic_superb_reverberationdetection_vctk_rirsnoises_smallroom": ("DEG", True),
    "dynamic_superb_reverberationdetection_ljspeech_rirsnoises_smallroom": ("DEG", True),
    "dynamic_superb_reverberationdetection_vctk_rirsnoises_mediumroom": ("DEG", False),
    "dynamic_superb_reverberationdetection_vctk_rirsnoises_largeroom": ("DEG", False),
    "dynamic_superb_reverberationdetection_ljspeech_rirsnoises_largeroom": ("DEG", False),
    "dynamic_superb_speechdetection_ljspeech": ("CON", True),
    "dynamic_superb_speechdetection_librispeech_testother": ("CON", True),
    "dynamic_superb_speechdetection_librispeech_testclean": ("CON", True),
    "dynamic_superb_dialogueemotionclassification_dailytalk": ("PAR", True),
    "dynamic_superb_noisesnrlevelprediction_vctk_musan_music": ("DEG", False),
    "dynamic_superb_noisesnrlevelprediction_vctk_musan_speech": ("DEG", False),
    "dynamic_superb_noisesnrlevelprediction_vctk_musan_gaussian": ("DEG", True),
    "dynamic_superb_noisesnrlevelprediction_vctk_musan_noise": ("DEG", False),
    "dynamic_superb_speakerverification_librispeech_testclean": ("SPK", True),
    "dynamic_superb_speakerverification_vctk": ("SPK", True),
    "dynamic_superb_environmentalsoundclassification_esc50_naturalsoundscapesandwatersounds": (
        "AUD",
        False,
    ),
    "dynamic_superb_environmentalsoundclassification_esc50_animals": ("AUD", False),
    "dynamic_superb_environmentalsoundclassification_esc50_exteriorandurbannoises": ("AUD", False),
    "dynamic_superb_environmentalsoundclassification_esc50_humanandnonspeechsounds": ("AUD", False),
    "dynamic_superb_environmentalsoundclassification_esc50_interioranddomesticsounds": (
        "AUD",
        False,
    ),
    "dynamic_superb_accentclassification_accentdbextended": ("PAR", False),
    "dynamic_superb_spoofdetection_asvspoof2015": ("PAR", True),
    "dynamic_superb_spoofdetection_asvspoof2017": ("PAR", True),
    "dynamic_superb_sarcasmdetection_mustard": ("SEM", False),
    "dynamic_superb_howfarareyou_3dspeaker": ("PAR", False),
    "dynamic_superb_languageidentification_voxforge": ("CON", False),
    "dynamic_superb_dialogueactclassification_dailytalk": ("SEM", True),
    "dynamic_superb_stressdetection_mirsd": ("PAR", False),
    "dynamic_superb_birdsounddetection_warblrb10k": ("AUD", False),
    "dynamic_superb_enhancementdetection_libritts_testclean_wham": ("DEG", True),
    "dynamic_superb_noisedetection_ljspeech_musan_speech": ("DEG", False),
    "dynamic_superb_noisedetection_ljspeech_musan_music": ("DEG", False),
    "dynamic_superb_noisedetection_vctk_musan_gaussian": ("DEG", True),
    "dynamic_superb_noisedetection_vctk_musan_speech": ("DEG", False),
    "dynamic_superb_noisedetection_vctk_musan_music": ("DEG", False),
    "dynamic_superb_noisedetection_ljspeech_musan_gaussian": ("DEG", True),
    "dynamic_superb_noisedetection_vctk_musan_noise": ("DEG", False),
    "dynamic_superb_noisedetection_ljspeech_musan_noise": ("DEG", False),
}
"""Task -> domain code, seen."""

PHASE_2_JUDGED: Final = 155
"""Sets of phase 2 that a judge classifies."""
