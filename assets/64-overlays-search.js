/* A search within a layer: words in any property, and a flight to what is chosen. */
(function () {
  "use strict";

  const pantau = (window.pantau = window.pantau || {});
  const overlays = (pantau.overlays = pantau.overlays || {});
  const PAUSE = 200; // ms after the last key
  const CLOSE = 16; // zoom at which a point is shown

  overlays.toggleSearch = function (code, row) {
    const open = row.querySelector(".overlay-search");
    if (open) return open.remove();
    const words = overlays.words(), box = pantau.element("div", "overlay-search");
    const field = pantau.element("input"), list = pantau.element("div", "overlay-found");
    Object.assign(field, { type: "search", placeholder: words.searchHint });
    field.setAttribute("aria-label", words.search + ": " + overlays.catalogue.get(code).name);
    list.setAttribute("role", "status");
    let timer = null, request = null;
    field.addEventListener("input", () => {
      clearTimeout(timer);
      if (request) request.abort();
      timer = setTimeout(() => {
        request = new AbortController();
        find(code, field.value, list, request.signal);
      }, PAUSE);
    });
    field.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      box.remove();
      row.querySelector("button:last-of-type").focus();
    });
    box.append(field, list);
    row.append(box);
    field.focus();
    box.scrollIntoView({ block: "nearest" });
  };

  function find(code, words, list, signal) {
    if (!words.trim()) return list.replaceChildren();
    fetch("/api/layers/" + code + "/search.json?q=" + encodeURIComponent(words.trim().slice(0, 200)), { signal: signal })
      .then((answer) => { if (!answer.ok) throw new Error(answer.status); return answer.json(); })
      .then((answer) => list.replaceChildren(...results(code, answer)))
      .catch((error) => { if (error.name !== "AbortError") list.textContent = overlays.words().searchFailed; });
  }

  function results(code, { found, total, is_more }) {
    const words = overlays.words();
    if (!found.length) return [pantau.element("p", "legend-note", words.noneFound)];
    const buttons = found.map((one) => {
      const button = pantau.element("button", "overlay-hit");
      button.type = "button";
      button.append(pantau.element("span", "", one.label || words.unnamed.replace("{n}", one.number + 1)));
      const [field, text] = one.said;
      if (text && text !== one.label) button.append(pantau.element("span", "overlay-said", field + ": " + text));
      button.addEventListener("click", () => fly(code, one));
      return button;
    });
    if (total > found.length) {
      buttons.push(pantau.element("p", "legend-note", words.more.replace("{shown}", pantau.number(found.length))
        .replace("{total}", pantau.number(total) + (is_more ? "+" : ""))));
    }
    return buttons;
  }

  function fly(code, { number, bounds }) {
    const [west, south, east, north] = bounds, leaflet = pantau.map.instance;
    overlays.show(code, true);
    overlays.openCard(code, number, overlays.catalogue.get(code).version);
    const options = { duration: 0.6, animate: !pantau.calm(), maxZoom: 17, padding: [60, 60] };
    if (west === east && south === north) {
      const zoom = Math.max(leaflet.getZoom(), CLOSE);
      if (pantau.calm()) leaflet.setView([south, west], zoom, { animate: false });
      else leaflet.flyTo([south, west], zoom, options);
    } else if (pantau.calm()) leaflet.fitBounds([[south, west], [north, east]], options);
    else leaflet.flyToBounds([[south, west], [north, east]], options);
  }
})();
