/* The data of the page: lines to list and filter by, records that are unpacked when they are looked at. */

const ID = 0, TASK = 1, REPEAT = 2, OUTCOME = 3, OFFICIAL = 4, STRICT = 5, VALUE = 6, FLAGS = 7, GROUPS = 8, GRADE = 9,
  CHANGE = 10, SNIPPET = 11;
const DISAGREE = 1, UNPARSED = 2, AUDIO = 4;
const MARKS = ["✓", "◐", "✗", "○", ""];
const STATES = ["right", "partly right", "wrong", "not counted", "no such reading"];
const CHANGES = ["", "gained", "lost", "both wrong", "both right", "alike", "only here"];
const OUTCOMES = ["answered", "empty", "refused", "truncated", "error"];

const byId = (id) => document.getElementById(id);

/* An element; whatever is put in becomes text, never markup. */
function make(tag, properties, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties || {})) {
    if (value === undefined || value === null) continue;
    if (name in element && name !== "role") element[name] = value;
    else element.setAttribute(name, value);
  }
  for (const child of children.flat(Infinity)) {
    if (child === undefined || child === null || child === false) continue;
    element.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
  return element;
}

function taken(id) {
  const element = byId(id);
  const text = element.textContent;
  element.remove();
  return text;
}

const index = JSON.parse(taken("data-index"));
const rows = JSON.parse(`[${taken("data-items").trim().split("\n").join(",")}]`);
const starts = [];
index.blocks.reduce((start, count) => (starts.push(start), start + count), 0);

/* An id as an address can hold it: half a character, which no text should have, becomes a sign for that. */
const addressable = (id) => String(id).replace(/[\ud800-\udfff]/gu, "\ufffd");

const twice = new Set();
{
  const seen = new Set();
  for (const row of rows) {
    const id = addressable(row[ID]);
    if (seen.has(id)) twice.add(id);
    seen.add(id);
  }
}

function bytesOf(base64) {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

function inflated(bytes) {
  return new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
}

async function unpack(number) {
  const text = await new Response(inflated(bytesOf(byId(`block-${number}`).textContent))).text();
  return text.split("\n").map((line) => JSON.parse(line));
}

const unpacked = new Map();

/* The records of a block; the last few stay unpacked. */
function block(number) {
  let found = unpacked.get(number);
  if (!found) {
    found = unpack(number);
    unpacked.set(number, found);
    if (unpacked.size > 12) unpacked.delete(unpacked.keys().next().value);
  }
  return found;
}

function blockOf(item) {
  let low = 0, high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (starts[middle] <= item) low = middle; else high = middle - 1;
  }
  return low;
}

async function recordOf(item) {
  const number = blockOf(item);
  return (await block(number))[item - starts[number]];
}

/* --- search ------------------------------------------------------------------------------------ */

const haystacks = new Array(rows.length);
let readBlocks = 0;

function saidOf(value) {
  return typeof value === "string" ? value : value === undefined || value === null ? "" : JSON.stringify(value);
}

function haystack(row, record) {
  const parts = [row[ID], saidOf(record.response), saidOf(record.reasoning), saidOf(record.reference), saidOf(record.extracted)];
  for (const message of record.messages || []) for (const part of message.parts) if (part) parts.push(part);
  for (const one of record.judge || []) parts.push(saidOf(one.reply));
  for (const value of Object.values(record.doc || {})) parts.push(saidOf(value));
  if (record.other) parts.push(saidOf(record.other.response));
  return parts.join("\n").toLowerCase();
}

/* Read every record once, a block at a time, so that typing stays smooth; report after each. */
async function readAll(report) {
  for (; readBlocks < starts.length; readBlocks++) {
    const number = readBlocks;
    const records = await (unpacked.get(number) || unpack(number));
    records.forEach((record, i) => { haystacks[starts[number] + i] = haystack(rows[starts[number] + i], record); });
    await new Promise((resume) => setTimeout(resume));
    if (report() === false) { readBlocks = number + 1; return; }
  }
  report();
}
