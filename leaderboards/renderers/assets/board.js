"use strict";
(() => {
  const root = document.documentElement;
  const tools = document.querySelector(".tools");
  if (tools) tools.hidden = false;

  const dark = () => (root.dataset.theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
  document.getElementById("theme")?.addEventListener("click", () => { root.dataset.theme = dark() ? "light" : "dark"; });

  const quoted = document.getElementById("quoted");
  quoted?.addEventListener("change", () => { document.body.classList.toggle("no-quoted", !quoted.checked); });

  const filter = document.getElementById("filter");
  filter?.addEventListener("input", () => {
    const wanted = filter.value.trim().toLowerCase();
    for (const row of document.querySelectorAll("tbody tr")) {
      const names = row.querySelector("th.run").textContent + " " + row.querySelector("td.model").textContent;
      row.classList.toggle("filtered", wanted !== "" && !names.toLowerCase().includes(wanted));
    }
  });

  const value = (row, place, kind) => {
    const cell = row.cells[place];
    if (kind === "text") return cell.textContent.toLowerCase();
    return cell.dataset.value === undefined ? null : Number(cell.dataset.value);
  };
  for (const table of document.querySelectorAll("table")) {
    table.classList.add("sortable");
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, place) => {
      head.tabIndex = 0;
      const sort = () => {
        const kind = head.dataset.sort;
        const first = kind === "text" || head.classList.contains("rank") ? "ascending" : "descending";
        const other = first === "ascending" ? "descending" : "ascending";
        const order = head.getAttribute("aria-sort") === first ? other : first;
        heads.forEach((one) => one.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", order);
        const sign = order === "ascending" ? 1 : -1;
        const body = table.tBodies[0];
        const rows = [...body.rows].map((row, at) => ({ row, at, key: value(row, place, kind) }));
        rows.sort((a, b) => {
          if (a.key === null || b.key === null) return (a.key === null) - (b.key === null) || a.at - b.at;
          return (a.key < b.key ? -sign : a.key > b.key ? sign : 0) || a.at - b.at;
        });
        body.append(...rows.map((one) => one.row));
      };
      head.addEventListener("click", sort);
      head.addEventListener("keydown", (event) => {
        if (event.key === "Enter" || event.key === " ") { event.preventDefault(); sort(); }
      });
    });
  }
})();
