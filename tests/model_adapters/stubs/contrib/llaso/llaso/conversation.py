"""Stub of EIT-NLP/LLaSO, commit 0907788d8f41c7252a59d96a2db164cdaa641245: the one conversation of its evaluation."""


class Conversation:
    """llaso/conversation.py:19"""

    def __init__(self, system, roles, messages):
        """Third party: dataclasses; three of the fields."""
        self.system, self.roles, self.messages = system, roles, messages

    def get_prompt(self):
        """llaso/conversation.py:39"""
        head, end = "<|start_header_id|>{}<|end_header_id|>\n\n", "<|eot_id|>"
        prompt = head.format("system") + self.system + end if self.system else ""
        for role, message in self.messages:
            prompt += head.format(role) + (message.strip() + end if message else "")
        return prompt

    def append_message(self, role, message):
        """llaso/conversation.py:130"""
        self.messages.append([role, message])

    def copy(self):
        """llaso/conversation.py:201"""
        return Conversation(self.system, self.roles, [[x, y] for x, y in self.messages])


conv_templates = {
    "llama32_audio_v1_mmtag": Conversation(
        "A chat between a user and a stub.", ("user", "assistant"), ()
    ),
}
