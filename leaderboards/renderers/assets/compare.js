"use strict";
(() => {
  const root = document.documentElement;
  const tools = document.querySelector(".tools");
  if (tools) tools.hidden = false;
  const dark = () => (root.dataset.theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
  document.getElementById("theme")?.addEventListener("click", () => { root.dataset.theme = dark() ? "light" : "dark"; });
  for (const kind of ["lost", "gained"]) {
    const box = document.getElementById(kind);
    box?.addEventListener("change", () => { document.body.classList.toggle(`no-${kind}`, !box.checked); });
  }
  const filter = document.getElementById("filter");
  filter?.addEventListener("input", () => {
    const wanted = filter.value.trim().toLowerCase();
    for (const card of document.querySelectorAll(".cards .item")) {
      card.classList.toggle("filtered", wanted !== "" && !card.textContent.toLowerCase().includes(wanted));
    }
  });
})();
