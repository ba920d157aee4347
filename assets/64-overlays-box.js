/* The list of city layers: shown ones first, in drawing order from the top; the others folded. */
(function () {
  "use strict";

  const pantau = (window.pantau = window.pantau || {});
  const overlays = (pantau.overlays = pantau.overlays || {});
  const FILTER_FROM = 9; // layers, from which on the list has a filter
  const FOLDED_FROM = 6; // layers, from which on those that are not shown begin folded
  const rows = new Map(); // code → its row; kept, so that focus and open searches stay
  let wanted = "", drawnIn = null;

  overlays.drawBox = function () {
    const place = document.getElementById("overlays");
    if (!place || !overlays.catalogue) return;
    if (drawnIn !== place) {
      drawnIn = place;
      rows.clear();
      place.replaceChildren(...frame());
    }
    place.hidden = overlays.catalogue.size === 0;
    place.querySelector(".overlay-filter").hidden = overlays.catalogue.size < FILTER_FROM;
    rows.forEach((row, code) => { if (!overlays.catalogue.has(code)) { row.remove(); rows.delete(code); } });
    const chosen = overlays.shown.map(({ code }) => code).filter((code) => overlays.catalogue.has(code)).reverse();
    const others = [...overlays.catalogue.keys()].filter((code) => !chosen.includes(code));
    const focused = document.activeElement;
    fill(place.querySelector(".overlay-chosen"), chosen);
    fill(place.querySelector(".overlay-others"), others);
    place.querySelector(".overlay-rest").hidden = others.length === 0;
    place.querySelector(".overlay-rest > summary").textContent =
      overlays.words()[chosen.length ? "others" : "all"].replace("{n}", others.length);
    place.querySelector(".overlay-none").hidden = others.some((code) => !rows.get(code).hidden);
    if (focused !== document.activeElement && place.contains(focused)) focused.focus(); // it was moved
  };

  /* The keys that the layers of the map leave free, for the first of the catalogue. */
  overlays.keys = function () {
    const own = Object.keys(pantau.config().layers).length;
    const first = overlays.catalogue ? [...overlays.catalogue.keys()].slice(0, 9 - own) : [];
    return new Map(first.map((code, at) => [code, String(own + 1 + at)]));
  };

  function fill(list, codes) {
    const keys = overlays.keys();
    codes.forEach((code, at) => {
      if (!rows.has(code)) rows.set(code, row(code));
      update(rows.get(code), overlays.catalogue.get(code), keys.get(code) || "");
      if (list.children[at] !== rows.get(code)) list.insertBefore(rows.get(code), list.children[at] || null);
    });
  }

  function frame() {
    const words = overlays.words();
    const filter = pantau.element("input", "overlay-filter");
    Object.assign(filter, { type: "search", placeholder: words.filter, value: wanted });
    filter.setAttribute("aria-label", words.filter);
    filter.addEventListener("input", () => { wanted = filter.value.trim().toLowerCase(); overlays.drawBox(); });
    const rest = pantau.element("details", "overlay-rest");
    rest.dataset.fold = "overlays";
    rest.open = overlays.catalogue.size < FOLDED_FROM;
    rest.append(pantau.element("summary"), filter, pantau.element("div", "overlay-list overlay-others"),
      pantau.element("p", "overlay-none legend-note", words.noneFound));
    return [pantau.element("h3", "overlay-heading", words.heading),
      pantau.element("div", "overlay-list overlay-chosen"), rest];
  }

  function row(code) {
    const words = overlays.words(), made = pantau.element("div", "overlay-row");
    made.dataset.code = code;
    const label = pantau.element("label", "overlay-switch"), box = pantau.element("input");
    box.type = "checkbox";
    box.addEventListener("change", () => overlays.show(code, box.checked));
    label.append(box, pantau.element("span", "overlay-sample"), pantau.element("span", "overlay-name"), pantau.element("kbd"));
    const opacity = pantau.element("input", "overlay-opacity");
    Object.assign(opacity, { type: "range", min: 0, max: 100, step: 5, title: words.opacity });
    opacity.addEventListener("input", () => overlays.fade(code, Number(opacity.value)));
    const tools = pantau.element("div", "overlay-tools");
    tools.append(pantau.element("span", "overlay-count"),
      tool("chevron-down up", words.up, () => overlays.move(code, 1)),
      tool("chevron-down", words.down, () => overlays.move(code, -1)),
      tool("search", words.search, () => overlays.toggleSearch(code, made)));
    made.append(label, opacity, tools);
    return made;
  }

  function tool(icon, words, act) {
    const button = pantau.element("button", "icon-button small");
    button.type = "button";
    button.title = words;
    button.append(pantau.element("span", "icon icon-" + icon));
    button.addEventListener("click", act);
    return button;
  }

  function update(made, entry, key) {
    const words = overlays.words(), place = overlays.shown.findIndex((one) => one.code === entry.code);
    const isShown = place >= 0;
    made.classList.toggle("shown", isShown);
    made.hidden = Boolean(wanted) && !isShown && ![entry.name, entry.code, entry.description]
      .some((text) => text.toLowerCase().includes(wanted));
    const box = made.querySelector("input[type=checkbox]"), badge = made.querySelector("kbd");
    box.checked = isShown;
    badge.textContent = key;
    badge.hidden = !key;
    if (key) box.setAttribute("aria-keyshortcuts", key);
    else box.removeAttribute("aria-keyshortcuts");
    made.querySelector(".overlay-name").textContent = entry.name;
    const sample = entry.style.by && overlays.parts.has(entry.code) && overlays.parts.get(entry.code).about;
    const colour = sample ? sample.classes[0].colour : entry.style.colour;
    made.querySelector(".overlay-sample").replaceChildren(overlays.swatch(entry, colour));
    const cautions = overlays.cautions(entry);
    made.querySelector(".overlay-switch").title = [entry.description, ...cautions].filter(Boolean).join(" · ");
    made.classList.toggle("stale", Boolean(entry.remote && (entry.remote.is_stale || entry.remote.is_failing)));
    const opacity = made.querySelector(".overlay-opacity");
    if (isShown && document.activeElement !== opacity) opacity.value = overlays.shown[place].opacity;
    opacity.setAttribute("aria-label", words.opacity + ": " + entry.name);
    made.querySelector(".overlay-count").textContent =
      cautions[0] || words.features.replace("{n}", pantau.number(entry.features));
    const [up, down, search] = made.querySelectorAll("button");
    [[up, words.up], [down, words.down], [search, words.search]]
      .forEach(([button, text]) => button.setAttribute("aria-label", text + ": " + entry.name));
    up.setAttribute("aria-disabled", String(place === overlays.shown.length - 1));
    down.setAttribute("aria-disabled", String(place === 0));
  }
})();
