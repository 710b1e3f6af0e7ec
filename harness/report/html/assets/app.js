/* Views, filters, addresses of items, keys. */

const search = byId("search"), detail = byId("detail"), count = byId("count"), filters = byId("filters");
const selects = ["task", "verdict", "outcome", "field", "grade", "change"].map((name) => byId(`f-${name}`)).filter(Boolean);
const fieldChoices = [];

/* --- filters ----------------------------------------------------------------------------------- */

function option(value, label) {
  return make("option", { value }, label);
}

function fillTasks() {
  const select = byId("f-task");
  select.append(option("", index.tasks.length > 1 ? `All ${index.tasks.length} tasks` : index.tasks[0] || "No task"));
  if (index.tasks.length > 1) index.tasks.forEach((task, i) => select.append(option(i, task)));
  const grades = [...new Set(rows.map((row) => row[GRADE]))].filter((grade) => grade !== null).sort();
  const grade = byId("f-grade");
  grade.append(option("", "Any grade"), ...grades.map((one, i) => option(`g${one}`, `grade ${one}`)));
  grade.hidden = grades.length < 1 || grades.length > 200;
}

function fillFields() {
  const select = byId("f-field"), task = byId("f-task").value;
  const before = fieldChoices[select.value];
  const values = new Map();
  index.fields.forEach((fields, number) => {
    if (task !== "" && Number(task) !== number) return;
    for (const [name, found] of fields) {
      if (!values.has(name)) values.set(name, new Set());
      found.forEach((value) => values.get(name).add(value));
    }
  });
  fieldChoices.length = 0;
  select.replaceChildren(option("", "Any sub-score"));
  for (const [name, found] of values) {
    const group = make("optgroup", { label: name });
    for (const value of [...found].sort().slice(0, 300)) {
      group.append(option(fieldChoices.length, value));
      fieldChoices.push([name, value]);
    }
    select.append(group);
  }
  select.hidden = !values.size;
  if (before) choose(select, fieldChoices.findIndex(([name, value]) => name === before[0] && value === before[1]));
}

function choose(select, value) {
  select.value = value === -1 ? "" : String(value);
}

function inField(row, [name, value]) {
  const fields = index.fields[row[TASK]];
  return row[GROUPS].some(([field, place]) => fields[field][0] === name && fields[field][1][place] === value);
}

function verdictFits(row, verdict) {
  if (verdict === "d") return row[FLAGS] & DISAGREE;
  if (verdict === "u") return row[FLAGS] & UNPARSED;
  return row[verdict[0] === "s" ? STRICT : OFFICIAL] === Number(verdict[1]);
}

function passing() {
  const value = (name) => (byId(`f-${name}`) || { value: "" }).value;
  const [task, verdict, outcome, field, grade, change] = ["task", "verdict", "outcome", "field", "grade", "change"].map(value);
  const words = search.value.trim().toLowerCase();
  const wanted = field === "" ? null : fieldChoices[field];
  const found = [];
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i];
    if (task !== "" && row[TASK] !== Number(task)) continue;
    if (verdict && !verdictFits(row, verdict)) continue;
    if (outcome !== "" && row[OUTCOME] !== Number(outcome)) continue;
    if (wanted && !inField(row, wanted)) continue;
    if (grade && `g${row[GRADE]}` !== grade) continue;
    if (change && row[CHANGE] !== Number(change)) continue;
    if (words && !(String(row[ID]).toLowerCase().includes(words) || (haystacks[i] || row[SNIPPET].toLowerCase()).includes(words))) continue;
    found.push(i);
  }
  return found;
}

let reading = false;
function refresh({ top = true } = {}) {
  selects.forEach((select) => select.classList.toggle("on", select.value !== ""));
  const items = passing();
  show(items);
  if (top) { list.scrollTop = 0; paint(); }
  const still = search.value.trim() && readBlocks < starts.length;
  count.textContent = `${items.length.toLocaleString("en")} of ${rows.length.toLocaleString("en")}${still ? ` · searching ${Math.round((100 * readBlocks) / starts.length)} %` : ""}`;
  if (still && !reading) {
    reading = true;
    let seen = performance.now();
    readAll(() => {
      if (readBlocks + 1 < starts.length && performance.now() - seen < 600) return true;
      seen = performance.now();
      refresh({ top: false });
      return true;
    }).then(() => { reading = false; refresh({ top: false }); });
  }
}

let typing = 0;
search.addEventListener("input", () => { clearTimeout(typing); typing = setTimeout(refresh, 90); });
filters.addEventListener("submit", (event) => event.preventDefault());
filters.addEventListener("change", (event) => { if (event.target.id === "f-task") fillFields(); if (event.target !== search) refresh(); });
byId("clear").addEventListener("click", () => clearFilters());
byId("more").addEventListener("click", () => byId("more").setAttribute("aria-expanded", filters.classList.toggle("open")));

function clearFilters() {
  search.value = "";
  selects.forEach((select) => { select.value = ""; });
  fillFields();
  refresh();
}

/* --- views and addresses ----------------------------------------------------------------------- */

function view(name) {
  document.body.dataset.view = name;
  for (const one of ["overview", "compare", "items"]) if (byId(one)) byId(one).hidden = one !== name;
  for (const tab of document.querySelectorAll("[data-tab]")) {
    if (tab.dataset.tab === name) tab.setAttribute("aria-current", "page"); else tab.removeAttribute("aria-current");
  }
  if (name === "items") paint();
}

function addressOf(item) {
  const row = rows[item];
  const parts = [`item=${encodeURIComponent(addressable(row[ID]))}`];
  if (twice.has(addressable(row[ID]))) parts.push(`task=${encodeURIComponent(index.tasks[row[TASK]])}`);
  if (row[REPEAT]) parts.push(`repeat=${row[REPEAT]}`);
  return `#${parts.join("&")}`;
}

function itemAt(hash) {
  const found = new URLSearchParams(hash.slice(1).replace(/\+/g, "%2B"));
  if (!found.has("item")) return -1;
  const task = found.get("task"), repeat = Number(found.get("repeat") || 0);
  return rows.findIndex((row) => addressable(row[ID]) === found.get("item") && row[REPEAT] === repeat && (task === null || index.tasks[row[TASK]] === task));
}

function route() {
  const hash = location.hash;
  const item = itemAt(hash);
  if (item >= 0) { view("items"); open(item); return; }
  const name = hash.slice(1);
  view(name === "items" || (name === "compare" && byId("compare")) ? name : "overview");
  if (name === "items") close();
}

let ticket = 0;
async function open(item) {
  chosen = item;
  document.body.dataset.open = "";
  const place = shown.indexOf(item);
  if (place >= 0) reveal(place); else paint();
  list.setAttribute("aria-activedescendant", `row-${item}`);
  const mine = ++ticket;
  let record;
  try { record = await recordOf(item); } catch (error) { record = { note: `this browser cannot unpack the record: ${error.message}` }; }
  if (mine !== ticket) return;
  silence();
  const copy = make("button", { type: "button", id: "copy" }, "Copy JSON");
  const link = make("button", { type: "button", id: "link" }, "Copy link");
  copy.addEventListener("click", () => put(copy, JSON.stringify({ task: index.tasks[rows[item][TASK]], id: rows[item][ID], repeat: rows[item][REPEAT], outcome: OUTCOMES[rows[item][OUTCOME]], ...record }, null, 2)));
  link.addEventListener("click", () => put(link, location.href.split("#")[0] + addressOf(item)));
  detail.replaceChildren(...detailOf(item, record, [link, copy]));
  detail.scrollTop = 0;
  byId("back").addEventListener("click", () => { location.hash = "#items"; });
}

function close() {
  chosen = -1;
  ticket++;
  delete document.body.dataset.open;
  silence();
  detail.replaceChildren(make("p", { className: "hint" }, "Choose an item. ", make("kbd", {}, "j"), " and ", make("kbd", {}, "k"), " go through them."));
  paint();
}

async function put(button, words) {
  const before = button.textContent;
  try { await navigator.clipboard.writeText(words); } catch {
    const area = make("textarea", { value: words });
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  button.textContent = "Copied";
  setTimeout(() => { button.textContent = before; }, 1200);
}

function step(by) {
  if (!shown.length) return;
  const place = shown.indexOf(chosen);
  const next = place < 0 ? (by > 0 ? 0 : shown.length - 1) : Math.min(Math.max(place + by, 0), shown.length - 1);
  go(shown[next]);
}

function go(item) {
  const address = addressOf(item);
  if (document.body.dataset.view === "items") history.replaceState(null, "", address); else history.pushState(null, "", address);
  view("items");
  open(item);
}

space.addEventListener("click", (event) => {
  const row = event.target.closest(".row");
  if (row) { history.pushState(null, "", addressOf(Number(row.id.slice(4)))); open(Number(row.id.slice(4))); }
});
addEventListener("hashchange", route);
addEventListener("popstate", route);

document.addEventListener("click", (event) => {
  const target = event.target.closest("[data-task]");
  if (!target) return;
  clearFilters();
  const task = index.tasks.indexOf(target.dataset.task);
  if (index.tasks.length > 1) choose(byId("f-task"), task);
  fillFields();
  if (target.dataset.field !== undefined) {
    choose(byId("f-field"), fieldChoices.findIndex(([name, value]) => name === target.dataset.field && value === target.dataset.value));
  }
  if (target.dataset.change !== undefined) choose(byId("f-change"), target.dataset.change);
  refresh();
  location.hash = "#items";
});

/* --- keys and colours -------------------------------------------------------------------------- */

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || byId("keys").open) return;
  const field = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
  if (event.key === "Escape") {
    if (event.target === search && search.value) { search.value = ""; refresh(); }
    else if (field) event.target.blur();
    else if (chosen >= 0) { location.hash = "#items"; }
    else if (search.value) { search.value = ""; refresh(); }
    event.preventDefault();
    return;
  }
  if (field) return;
  if (event.key === "j" || (event.key === "ArrowDown" && event.target === list)) step(1);
  else if (event.key === "k" || (event.key === "ArrowUp" && event.target === list)) step(-1);
  else if (event.key === "/") { if (document.body.dataset.view !== "items") location.hash = "#items"; view("items"); search.focus(); }
  else if (event.key === "?") byId("keys").showModal();
  else if (event.key === "p") { const button = detail.querySelector(".play"); if (button) button.click(); }
  else if (event.key === "o") location.hash = "#overview";
  else if (event.key === "i") location.hash = "#items";
  else return;
  event.preventDefault();
});
byId("help").addEventListener("click", () => byId("keys").showModal());

const root = document.documentElement;
function remembered(value) {
  try { return value === undefined ? localStorage.getItem("harness-theme") : localStorage.setItem("harness-theme", value); } catch { return null; }
}
if (remembered()) root.dataset.theme = remembered();
byId("theme").addEventListener("click", () => {
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
  remembered(root.dataset.theme);
});

fillTasks();
fillFields();
refresh();
route();
