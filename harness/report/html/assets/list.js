/* The list: only the rows in view are elements, whatever the number of items. */

const ROW = 58;
const list = byId("list"), space = byId("space");
const pool = [];
let shown = [];      /* items that pass the filters */
let chosen = -1;     /* the item that is looked at */

function rowElement() {
  const element = make("div", { className: "row", role: "option" },
    make("span", { className: "id" }), make("span", { className: "marks" }), make("span", { className: "text" }));
  space.append(element);
  return { element, at: -1 };
}

function markOf(state, title, reading) {
  if (state > 3) return null;
  return make("span", { className: `mark s${state}`, title: `${reading}: ${STATES[state]}`, "aria-label": `${reading} ${STATES[state]}` }, title ? make("small", { className: "tag" }, title) : null, MARKS[state]);
}

function fill(slot, place) {
  const item = shown[place];
  const row = rows[item];
  const [id, marks, line] = slot.element.children;
  slot.element.style.transform = `translateY(${place * ROW}px)`;
  slot.element.setAttribute("aria-selected", item === chosen);
  slot.element.id = `row-${item}`;
  if (slot.at !== item) {
    slot.at = item;
    id.textContent = row[ID];
    line.textContent = `${index.tasks.length > 1 ? `${index.tasks[row[TASK]]} · ` : ""}${row[SNIPPET]}`;
    marks.replaceChildren(...[
      row[CHANGE] === 1 ? make("span", { className: "tag verdict gained" }, "▲ gained") : row[CHANGE] === 2 ? make("span", { className: "tag verdict lost" }, "▼ lost") : null,
      row[OUTCOME] ? make("span", { className: "tag warn" }, OUTCOMES[row[OUTCOME]]) : null,
      row[GRADE] === null ? null : make("span", { className: "tag", title: "judge's grade" }, row[GRADE]),
      row[VALUE] ? make("span", { className: "tag num" }, row[VALUE]) : null,
      row[OFFICIAL] < 4 && row[OFFICIAL] !== row[STRICT] ? markOf(row[OFFICIAL], "o ", "official") : null,
      markOf(row[STRICT], row[OFFICIAL] < 4 && row[OFFICIAL] !== row[STRICT] ? "s " : "", "strict"),
    ].filter(Boolean));
  }
}

function paint() {
  const first = Math.max(Math.floor(list.scrollTop / ROW) - 6, 0);
  const last = Math.min(first + Math.ceil(list.clientHeight / ROW) + 12, shown.length);
  while (pool.length < last - first) pool.push(rowElement());
  pool.forEach((slot, i) => {
    const place = first + ((i - first) % pool.length + pool.length) % pool.length;   /* a row keeps its element while it scrolls */
    slot.element.hidden = place >= last;
    if (place < last) fill(slot, place);
  });
}

let painting = 0;
list.addEventListener("scroll", () => { if (!painting) painting = requestAnimationFrame(() => { painting = 0; paint(); }); }, { passive: true });
new ResizeObserver(paint).observe(list);

function show(items) {
  shown = items;
  space.style.height = `${items.length * ROW}px`;
  pool.forEach((slot) => { slot.at = -1; });
  paint();
}

function reveal(place) {
  const top = place * ROW;
  if (top < list.scrollTop) list.scrollTop = top;
  else if (top + ROW > list.scrollTop + list.clientHeight) list.scrollTop = top + ROW - list.clientHeight;
  paint();
}
