/* One item, in full. */

function text(value) {
  return typeof value === "string" ? value : JSON.stringify(value, null, 1);
}

function blockOfText(title, value, kind = "") {
  if (value === undefined || value === null) return null;
  return make("section", { className: "block" }, make("h3", {}, title), make("div", { className: `said text ${kind}` }, text(value)));
}

function folded(title, ...content) {
  return make("details", {}, make("summary", {}, title), ...content);
}

function table(values) {
  const body = make("tbody");
  for (const [name, value] of Object.entries(values)) {
    body.append(make("tr", {}, make("th", { scope: "row" }, name), make("td", {}, text(value))));
  }
  return make("table", { className: "pairs" }, body);
}

function aligned(steps) {
  const line = make("div", { className: "align" });
  for (const [kind, one, other] of steps) {
    if (kind === "=") line.append(make("span", {}, one));
    else if (kind === "d") line.append(make("span", { className: "del", title: "left out" }, one));
    else if (kind === "i") line.append(make("span", { className: "ins", title: "added" }, one));
    else line.append(make("span", { className: "sub", title: `${one} was said` }, make("s", {}, one), other));
    line.append(" ");
  }
  return line;
}

function readingCard(title, reading, metrics) {
  const names = Object.keys(metrics || {}).filter((name) => metrics[name][reading]);
  if (!names.length) return null;
  const lead = names.find((name) => metrics[name][reading].value !== null) || names[0];
  let before = null;
  const card = make("section", { className: `reading s${metrics[lead][reading].state}` }, make("h3", {}, title));
  for (const name of names) {
    const cell = metrics[name][reading];
    card.append(make("div", { className: "line" },
      make("span", { className: `mark s${cell.state}`, "aria-hidden": "true" }, MARKS[cell.state]),
      make("span", {}, worth(cell)),
      make("span", { className: "name" }, name)));
    if (cell.why && cell.why !== before) card.append(make("div", { className: "why" }, cell.why));
    if (cell.quote && cell.why !== before) card.append(make("div", { className: "quote" }, cell.quote));
    before = cell.why;
  }
  return card;
}

function worth(cell) {
  if (cell.value === null) return "not counted";
  if (cell.shown === "100.00%" && cell.state === 0) return "right";
  if (cell.shown === "0.00%") return cell.state === 2 ? "wrong" : "no errors";
  return cell.shown;
}

function verdicts(record) {
  return make("div", { className: "verdicts" }, readingCard("Strict", "strict", record.metrics), readingCard("Official", "official", record.metrics));
}

function alignments(record) {
  const found = [];
  for (const [name, readings] of Object.entries(record.metrics || {})) {
    for (const reading of ["strict", "official"]) {
      const cell = readings[reading];
      if (!cell || !cell.steps || !cell.steps.length) continue;
      const content = aligned(cell.steps);
      if (reading === "strict" && !found.length) {
        found.push(make("section", { className: "block alignment" }, make("h3", {}, `Alignment, ${name}: reference with `, make("span", { className: "align" },
          make("span", { className: "sub" }, "substituted"), " ", make("span", { className: "del" }, "deleted"), " ", make("span", { className: "ins" }, "inserted"))), content));
      } else found.push(folded(`Alignment, ${name}, ${reading}`, content));
    }
  }
  return found;
}

function prompt(record) {
  if (!record.messages) return null;
  let clip = 0;
  return make("section", { className: "block" }, make("h3", {}, "Prompt, as sent"), record.messages.map((message) =>
    make("div", { className: "said prompt text" }, make("span", { className: "role" }, message.role),
      message.parts.map((part) => part === null
        ? make("span", { className: "clip" }, `♪ clip${(record.audio || []).length > 1 ? ` ${++clip}` : ""}\n`)
        : part))));
}

function options(record, other) {
  if (!record.options) return null;
  const gold = typeof record.reference === "string" ? record.reference.trim().toLowerCase() : null;
  return make("section", { className: "block" }, make("h3", {}, "Options"), make("ol", { className: "opts" }, record.options.map((option, place) => {
    const isGold = gold !== null && option.trim().toLowerCase() === gold;
    const picked = record.picked === place;
    const there = other && other.picked === place;
    return make("li", { className: isGold ? "gold" : picked ? "missed" : "" }, option,
      isGold ? make("small", {}, "reference") : null, picked ? make("small", {}, other ? `← ${index.run}` : "← read") : null,
      there ? make("small", {}, `← ${index.other}`) : null);
  })));
}

function judged(record) {
  if (!record.judge) return null;
  return make("section", { className: "block" }, make("h3", {}, "Judge"), record.judge.map((one) =>
    make("div", { className: "said text" }, make("span", { className: "role" },
      [one.model || one.judge, `vote ${one.vote + 1}`, one.read].join(" · ")), text(one.reply))));
}

function answer(record, title) {
  return [
    record.error ? make("section", { className: "block" }, make("h3", {}, "Error"), make("div", { className: "said text" }, `${record.error.kind}: ${record.error.message}`)) : null,
    blockOfText(title, record.response, "reply"),
    record.reasoning ? folded("Reasoning", make("div", { className: "said text" }, text(record.reasoning))) : null,
    record.raw_response ? folded("Reply before cleaning", make("div", { className: "said text" }, text(record.raw_response))) : null,
  ];
}

function extracted(record) {
  if (record.extracted === undefined) return null;
  const same = typeof record.response === "string" && record.extracted === record.response.trim();
  return make("section", { className: "block" }, make("h3", {}, "Extracted answer"), make("div", { className: `text${same ? " dim" : ""}` }, same ? "the whole reply" : text(record.extracted)));
}

function facts(record) {
  const found = {};
  for (const name of ["finish", "seconds", "attempts", "usage", "cluster", "extra", "item_key"]) {
    if (record[name] !== undefined) found[name] = record[name];
  }
  return found;
}

function side(record, title) {
  return make("div", { className: "side" }, make("h3", { className: "dim" }, title), verdicts(record), answer(record, "Reply"), alignments(record), extracted(record), judged(record));
}

function detailOf(item, record, acts) {
  const row = rows[item];
  const other = record.other;
  const groups = Object.entries(record.groups || {}).map(([name, value]) => `${name} ${value}`);
  const top = make("header", { className: "top" },
    make("button", { type: "button", id: "back" }, "← List"),
    make("h2", {}, row[ID]),
    other ? make("span", { className: "tag" }, CHANGES[row[CHANGE]]) : null,
    make("div", { className: "acts" }, acts),
    make("p", { className: "sub" }, [index.tasks[row[TASK]], OUTCOMES[row[OUTCOME]], row[REPEAT] ? `repeat ${row[REPEAT]}` : "", ...groups].filter(Boolean).join(" · ")));
  const players = (record.audio || []).map((one) => playerOf(one, index.clips[one.clip] || {}));
  const parts = [top, ...players, other ? null : verdicts(record), record.note ? make("p", { className: "small" }, record.note) : null, prompt(record), options(record, other), blockOfText("Reference", record.reference)];
  if (other) {
    parts.push(make("div", { className: "two" }, side(record, index.run), side(other, index.other)));
  } else {
    parts.push(answer(record, "Reply"), alignments(record), extracted(record), judged(record));
  }
  if (record.details) parts.push(folded("Details of the scorer", table(record.details)));
  if (record.doc) {
    const fields = folded("Fields of the data", table(record.doc));
    fields.open = !record.messages;   /* stored replies come without the prompt */
    parts.push(fields);
  }
  parts.push(folded("Call", table(facts(record))));
  return parts.flat(Infinity).filter(Boolean);
}
