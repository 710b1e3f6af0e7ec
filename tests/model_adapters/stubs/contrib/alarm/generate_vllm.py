"""Stub of Blinorot/ALARM, commit 67c6776ba152ae130fe1ddd2dd355e863dae3b73: two rounds on a model of embeddings."""

from copy import deepcopy

from stub_tools import record


def get_system_prompt():
    """generate_vllm.py:123"""
    return "You are an audio-understanding model. Listen to the audio and respond to the query."


def get_response(
    prompts,
    audio_list,
    llm,
    feature_extractor,
    sample,
    tokenizer,
    system_prompt,
    max_thinking_tokens=-1,
    debug=False,
):
    """generate_vllm.py:157"""
    record(
        "get_response",
        prompts=prompts,
        clips=len(audio_list),
        extractors=len(feature_extractor) if isinstance(feature_extractor, list) else None,
        system_prompt=system_prompt,
        max_thinking_tokens=max_thinking_tokens,
    )
    extractors = feature_extractor if isinstance(feature_extractor, list) else [feature_extractor]
    embeds = []
    for number, extractor in enumerate(extractors):
        assert extractor.model.get_config().use_explicit_audio_tokens is False
        ids = [_ids(tokenizer, [text] * len(prompts)) for text in (f"{system_prompt} ", "user ")]
        main = _ids(tokenizer, [f" {prompt}" for prompt in prompts])
        heard = extractor(
            inputs_system=ids[0] if number == 0 else None,
            inputs_start=ids[1],
            inputs_main=main,
            audio=audio_list,
        )
        embeds = [a.detach().cpu() for a in heard] if not embeds else _joined(embeds, heard)
    asked = [{"prompt_embeds": one} for one in embeds]
    if max_thinking_tokens < 0:
        texts = [output.outputs[0].text for output in llm.generate(asked, sample)]
    else:
        texts = _two_rounds(asked, llm, sample, max_thinking_tokens, extractors[0], tokenizer)
    return [text.split("<answer>")[-1].split("</answer>")[0].strip() for text in texts]


def _two_rounds(asked, llm, sample, budget, extractor, tokenizer):
    """As upstream, an empty text of the first round is taken for one that was cut."""
    thinking = deepcopy(sample)
    thinking.max_tokens = budget
    texts, reasonings, again = [], [], []
    for prompt, response in zip(asked, llm.generate(asked, thinking), strict=True):
        (output,) = response.outputs
        if output.finish_reason != "length":
            texts.append(output.text)
            continue
        texts.append("")
        said = (
            output.text if "</think>" in output.text else f"{output.text}\n\nEnough.\n</think>\n\n"
        )
        reasonings.append(said)
        extractor.get_text_embeds(_ids(tokenizer, [said]))
        again.append({"prompt_embeds": prompt["prompt_embeds"].followed_by(said)})
    responses = llm.generate(again, sample)
    index = 0
    for position, text in enumerate(texts):
        if text == "":
            texts[position] = reasonings[index] + responses[index].outputs[0].text
            index += 1
    return texts


def _ids(tokenizer, texts):
    return tokenizer(texts, padding=False, truncation=False, add_special_tokens=False).input_ids


def _joined(first, second):
    return [a.followed_by("", b.text) for a, b in zip(first, second, strict=True)]
