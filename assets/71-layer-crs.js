/* The search for a coordinate system: the city's usual ones first, any other by code or name. */
(function () {
  "use strict";

  const pantau = (window.pantau = window.pantau || {});
  const upload = (pantau.upload = pantau.upload || {});
  const PAUSE = 200; // ms after the last key

  let timer = null, asked = 0;

  function option(one, chosen) {
    const item = pantau.element("li", "crs-option");
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", String(one.code === chosen));
    item.tabIndex = 0;
    item.dataset.crs = one.code;
    item.append(pantau.element("strong", "", one.code), pantau.element("span", "", one.name));
    return item;
  }

  /* Fills the list under the field; without a field there is nothing to ask. */
  upload.listSystems = function (field) {
    const list = document.getElementById("crs-list");
    if (!field || !list) return;
    const question = ++asked;
    fetch("/api/layers/crs?q=" + encodeURIComponent(field.value))
      .then((answer) => { if (!answer.ok) throw new Error(answer.status); return answer.json(); })
      .then((found) => {
        if (question !== asked || !list.isConnected) return;
        const texts = JSON.parse(document.getElementById("layer-upload").dataset.texts);
        const rows = found.map((one) => option(one, field.dataset.chosen));
        list.replaceChildren(...(rows.length ? rows : [pantau.element("li", "note", texts.nothingFound)]));
      })
      .catch((error) => console.warn("coordinate systems", error));
  };

  function pick(item) {
    upload.choose("crs", item.dataset.crs);
  }

  document.addEventListener("input", (event) => {
    if (event.target.id !== "crs-search") return;
    clearTimeout(timer);
    timer = setTimeout(() => upload.listSystems(event.target), PAUSE);
  });

  document.addEventListener("click", (event) => {
    const item = event.target.closest(".crs-option");
    if (item) pick(item);
  });

  document.addEventListener("keydown", (event) => {
    const item = event.target.closest && event.target.closest(".crs-option");
    const step = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
    if (event.target.id === "crs-search" && (event.key === "ArrowDown" || event.key === "Enter")) {
      event.preventDefault();
      const first = document.querySelector(".crs-option");
      if (first) first.focus();
    } else if (item && step) {
      event.preventDefault();
      (item[step] || document.getElementById("crs-search")).focus();
    } else if (item && (event.key === "Enter" || event.key === " ")) {
      event.preventDefault();
      pick(item);
    }
  });
})();
