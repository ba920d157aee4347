/* The areas that were drawn: on the map, and as rows in the filter panel. */
(function () {
  "use strict";

  const pantau = (window.pantau = window.pantau || {});
  const places = (pantau.places = pantau.places || {});
  const PAUSE = 300; // ms after the last press of − or +
  const outlines = new Map(); // text of a corridor → its outline, or null while it is fetched
  let group = null, drawn = null, pending = null;

  places.selected = null; // text of the area whose handles are shown

  /* ---- on the map ---- */

  places.drawAreas = function () {
    drawList();
    const leaflet = pantau.map.instance;
    if (!leaflet || !leaflet._loaded || !leaflet.getPane("areas")) return;
    if (places.selected && !places.list.includes(places.selected)) places.selected = null;
    const now = JSON.stringify([places.areas(), places.selected, leaflet.getZoom(), [...outlines.values()].filter(Boolean).length]);
    if (group && group._map === leaflet && now === drawn) return;
    if (group) group.remove();
    drawn = now;
    group = window.L.layerGroup().addTo(leaflet);
    places.areas().forEach((text) => {
      const place = places.parse(text);
      if (place.kind === "corridor") fetchOutline(text);
      const outline = outlines.get(text);
      places.figure(place, leaflet, outline).forEach((layer) => layer.addTo(group));
      places.grip(place, outline).on("click", () => places.select(text)).addTo(group);
    });
    places.drawHandles();
  };

  /* Of the one that is being changed, while it is. */
  places.redraw = function (text, place) {
    const leaflet = pantau.map.instance;
    group.clearLayers();
    places.areas().forEach((one) => {
      places.figure(one === text ? place : places.parse(one), leaflet, one === text ? null : outlines.get(one))
        .forEach((layer) => layer.addTo(group));
    });
    drawn = null;
  };

  places.select = function (text) {
    if (places.selected === text) return;
    places.selected = text;
    places.drawAreas();
  };

  /* In place of the former one: its row, its turn and its handles stay. */
  places.changeArea = function (text, place) {
    const news = places.text(place);
    if (places.selected === text) places.selected = news;
    places.setAreas(places.areas().map((one) => (one === text ? news : one)));
    places.drawAreas();
  };

  /* The server knows how far a corridor reaches at its bends; until it answers, a band is drawn. */
  function fetchOutline(text) {
    if (outlines.has(text)) return;
    outlines.set(text, null);
    fetch("/api/areas.geojson?" + new URLSearchParams({ area: text.slice("area=".length) }))
      .then((answer) => { if (!answer.ok) throw new Error(answer.status); return answer.json(); })
      .then((found) => {
        outlines.set(text, found);
        places.drawAreas();
      })
      .catch(() => setTimeout(() => outlines.delete(text), 5000)); // the band remains
  }

  /* ---- in the panel ---- */

  function drawList() {
    const holder = document.getElementById("area-rows");
    if (!holder) return;
    const texts = places.areas();
    document.getElementById("area-none").hidden = texts.length > 0;
    const old = [...holder.children];
    holder.replaceChildren(...texts.map((text, place) => {
      const kept = old.find((row) => row.dataset.text === text);
      const row = kept || drawRow(text, old[place]);
      row.classList.toggle("selected", text === places.selected);
      return row;
    }));
  }

  function drawRow(text, former) {
    const place = places.parse(text), words = places.config().texts;
    const row = pantau.element("div", "place-row area-row");
    row.dataset.text = text;
    const head = pantau.element("div", "place-line");
    const name = pantau.element("button", "area-name");
    name.type = "button";
    name.title = words.change;
    name.append(
      pantau.element("span", "icon icon-" + place.kind), pantau.element("span", "", places.config().areas[place.kind]),
      pantau.element("span", "area-measure", places.measure(place)),
    );
    name.addEventListener("click", () => comeTo(row.dataset.text));
    const remove = pantau.element("button", "icon-button small");
    remove.type = "button";
    remove.title = words.removeArea;
    remove.setAttribute("aria-label", words.removeArea);
    remove.append(pantau.element("span", "icon icon-x-lg"));
    remove.addEventListener("click", () => places.removeArea(row.dataset.text));
    head.append(name, remove);
    row.append(head);
    if (place.kind !== "polygon") row.append(sizeLine(row, place, former));
    return row;
  }

  /* The field of the former row stays the same element: someone may be in it. */
  function sizeLine(row, place, former) {
    const label = places.config().texts[place.kind === "circle" ? "radius" : "halfWidth"];
    const kept = former && former.contains(document.activeElement) && former.querySelector(".area-size");
    const line = kept || pantau.element("div", "place-line area-size");
    if (kept) {
      if (document.activeElement !== kept.querySelector("input")) kept.querySelector("input").value = place.metres;
      return kept;
    }
    line.append(pantau.element("span", "place-unit grow", label), ...places.metresField(label, place.metres, (metres, isLast) => {
      clearTimeout(pending);
      pending = setTimeout(() => {
        const text = line.closest(".area-row").dataset.text;
        places.changeArea(text, { ...places.parse(text), metres: metres });
      }, isLast ? 0 : PAUSE);
    }));
    return line;
  }

  function comeTo(text) {
    places.select(places.selected === text ? null : text);
    const leaflet = pantau.map.instance;
    if (!leaflet || !places.selected) return;
    const bounds = places.boundsOf(places.parse(text));
    if (!leaflet.getBounds().contains(bounds)) leaflet.fitBounds(bounds, { padding: [48, 48], animate: !pantau.calm() });
  }

  places.removeArea = function (text) {
    if (places.selected === text) places.selected = null;
    const place = places.areas().indexOf(text);
    places.setAreas(places.areas().filter((one) => one !== text));
    const left = document.querySelectorAll("#area-rows .area-name");
    (left[Math.min(place, left.length - 1)] || document.getElementById("place-add")).focus();
  };

  if (window.L) {
    window.L.Map.addInitHook(function () {
      this.on("zoomend", () => places.drawAreas());
      this.on("click", () => places.select(null));
    });
  }
})();
