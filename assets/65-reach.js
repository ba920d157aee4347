/* What the conditions on layers mean on the map: the features meant, and how far they reach. */
(function () {
  "use strict";

  const pantau = (window.pantau = window.pantau || {});
  const places = (pantau.places = pantau.places || {});
  const map = (pantau.map = pantau.map || {});
  const AROUND = 0.25; // of the view that is fetched beside it, so that a small move asks nothing
  const PAUSE = 150; // ms after the last move
  const shown = new Map(); // text of a condition → {leaflet, zoom, bounds, layer, note}
  let waiting = null;

  map.refreshReach = function () {
    clearTimeout(waiting);
    waiting = setTimeout(refresh, PAUSE);
  };

  function refresh() {
    const leaflet = map.instance, wanted = places.conditions();
    shown.forEach((one, text) => {
      if (one.leaflet === leaflet && wanted.includes(text)) return;
      drop(one);
      shown.delete(text);
    });
    if (!leaflet || !leaflet._loaded || !leaflet.getPane("reach")) return;
    wanted.forEach((text) => {
      const place = places.parse(text), layer = places.layer(place.layer), before = shown.get(text);
      if (!layer) return;
      const fits = before && before.zoom === leaflet.getZoom() && before.version === layer.version &&
        before.bounds.contains(leaflet.getBounds());
      if (!fits) ask(text, place, layer, leaflet, before);
    });
    tell();
  }

  function drop(one) {
    if (one.request) one.request.abort();
    if (one.layer) one.layer.remove();
  }

  /* The former picture stays until the new one is there. */
  function ask(text, place, layer, leaflet, before) {
    if (before && before.request) before.request.abort();
    const bounds = leaflet.getBounds().pad(AROUND), request = new AbortController();
    const mine = {
      leaflet: leaflet, zoom: leaflet.getZoom(), version: layer.version, bounds: bounds, request: request,
      layer: before && before.layer, note: before && before.note,
    };
    shown.set(text, mine);
    fetch(address(place, layer, mine), { signal: request.signal })
      .then((answer) => { if (!answer.ok) throw new Error(answer.status); return answer.json(); })
      .then((found) => {
        mine.request = null;
        if (mine.layer) mine.layer.remove();
        mine.layer = drawn(found, place).addTo(leaflet);
        const { shown: isShown, reaching, in_view: count } = found.pantau;
        mine.note = isShown && reaching ? ""
          : places.config().texts.tooMany.replace("{n}", pantau.number(count)).replace("{layer}", layer.name);
        tell();
      })
      .catch((error) => {
        if (error.name === "AbortError") return;
        if (shown.get(text) === mine) shown.delete(text); // asked again at the next move
        if (mine.layer) mine.layer.remove();
        if (!pantau.isOffline) pantau.notice(places.config().texts.reachFailed, error);
      });
  }

  function address(place, layer, { bounds, zoom }) {
    const edges = [
      Math.max(bounds.getWest(), -360), Math.max(bounds.getSouth(), -85),
      Math.min(bounds.getEast(), 360), Math.min(bounds.getNorth(), 85),
    ];
    const parts = new URLSearchParams({
      bbox: edges.map((degrees) => degrees.toFixed(5)).join(","), zoom: Math.floor(zoom), metres: place.metres || 0,
    });
    if (place.field) {
      parts.set("field", place.field);
      parts.set("value", place.value);
    }
    return "/api/layers/" + layer.code + "/reach.geojson?" + pantau.legible(parts);
  }

  /* Far and outside are what is not meant: theirs is drawn in another tone, and dashed. */
  function drawn(found, place) {
    const isAway = place.kind === "far" || place.kind === "outside";
    const quiet = { pane: "reach", interactive: false };
    return window.L.geoJSON(found, {
      ...quiet,
      style: (feature) => ({
        ...quiet, weight: 1.5,
        className: "reach " + feature.properties.part + (isAway ? " away" : ""),
      }),
      pointToLayer: (feature, latlng) => window.L.circleMarker(latlng, { ...quiet, radius: 4 }),
    });
  }

  function tell() {
    const note = document.getElementById("reach-note");
    if (note) note.textContent = [...shown.values()].map((one) => one.note).filter(Boolean).join(" · ");
  }
})();
