"""A document that cannot be scored may have been edited in its line: then the file is at fault, and not the task."""

from __future__ import annotations

from harness.core.keys import digest, identity
from harness.core.scoring import Document
from harness.errors import FOREIGN, InputFileError
from harness.run.files import ResponseRecord
from harness.scoring.option_orders import reorder, reversed_order
from harness.task_loading.task import YamlTask


def check_document(task: YamlTask, record: ResponseRecord, doc: Document, where: str) -> None:
    """Say so if a document that cannot be scored is not the one that was asked about.

    Args:
        task: its task.
        record: its line.
        doc: its document as it was to be scored.
        where: place of the line.

    Raises:
        InputFileError: the key of the item is not that of the document in its line.
    """
    found: Document = record["doc"]
    if "order" in record:
        try:
            found = reorder(task, doc, reversed_order(record["order"]))
        except FOREIGN:  # its options cannot be read: nothing tells what they were
            return
    content = digest([task.spec.task, identity(found, task.spec.doc_fields)])
    copies = (digest([content, copy]) for copy in range(1, record["index"] + 1))
    if record["item_key"] != content and record["item_key"] not in copies:
        raise InputFileError(
            "doc: cannot be scored, and it is not the document that item_key names: the line was edited",
            where=where,
            hint="restore it from a copy, or start anew with another -o RUN_DIR",
        )
