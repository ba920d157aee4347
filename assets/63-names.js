/* Names on the map: of the deepest level of which only a few districts are in view. */
(function () {
  "use strict";

  const pantau = (window.pantau = window.pantau || {});
  const map = (pantau.map = pantau.map || {});
  const MANY = 30; // names in view, at most; fewer on a small map, where each takes more of it
  const ROOM = 16000; // px² of map for a name
  const ASIDE = [0, 22, -22, 36, -36]; // px down or up, in order of preference
  let group = null, shown = null, settling = null;

  /* The largest polygon and its middle: islands must not pull a name into the sea. */
  function middle(feature) {
    const { type, coordinates } = feature.geometry;
    const rings = type === "Polygon" ? [coordinates[0]] : coordinates.map((polygon) => polygon[0]);
    let best = null;
    rings.forEach((ring) => {
      let area = 0, x = 0, y = 0;
      for (let i = 0; i + 1 < ring.length; i += 1) {
        const cross = ring[i][0] * ring[i + 1][1] - ring[i + 1][0] * ring[i][1];
        area += cross;
        x += (ring[i][0] + ring[i + 1][0]) * cross;
        y += (ring[i][1] + ring[i + 1][1]) * cross;
      }
      if (area && (!best || Math.abs(area) > best.size)) {
        best = { size: Math.abs(area), at: window.L.latLng(y / (3 * area), x / (3 * area)) };
      }
    });
    return best;
  }

  function places(shapes) {
    shapes.places = shapes.places || shapes.features
      .map((feature) => ({ name: feature.properties.name, ...middle(feature) }))
      .filter((place) => place.at)
      .sort((one, other) => other.size - one.size);
    return shapes.places;
  }

  const meet = (a, b, down) => a.left < b.right && b.left < a.right && a.top < b.bottom + down && b.top + down < a.bottom;
  const boxes = (selector) => [...document.querySelectorAll(selector)].map((one) => one.getBoundingClientRect());

  /* Rings and points come and go: a name steps aside for them and for larger places' names. It
     leaves where rings or names leave no room; single points it may lie behind. */
  function settle() {
    const taken = boxes(".cluster"), points = boxes(".point");
    document.querySelectorAll(".place-name span").forEach((name) => {
      name.style.translate = "";
      const box = name.getBoundingClientRect();
      const free = ASIDE.filter((down) => !taken.some((one) => meet(one, box, down)));
      const step = free.find((down) => !points.some((one) => meet(one, box, down))) ?? free[0];
      name.style.visibility = step === undefined ? "hidden" : "";
      if (step) name.style.translate = "0 " + step + "px";
      if (step !== undefined) taken.push({ left: box.left, right: box.right, top: box.top + step, bottom: box.bottom + step });
    });
    if (pantau.overlays) pantau.overlays.drawLabels();
  }

  function settleSoon() {
    clearTimeout(settling);
    settling = setTimeout(settle, 80);
  }

  function many(leaflet) {
    const { x, y } = leaflet.getSize(), scale = pantau.isOnWall() ? 2 : 1;
    return Math.min(MANY, Math.floor((x * y) / (ROOM * scale)));
  }

  /* Never of a level below the one that is coloured. */
  map.refreshNames = function () {
    const leaflet = map.instance;
    const levels = pantau.config().levels;
    const deepest = levels.indexOf(pantau.state.view.level);
    if (!leaflet || deepest < 0) return;
    Promise.all(levels.slice(0, deepest + 1).map(map.districts)).then((all) => {
      if (leaflet !== map.instance) return;
      const bounds = leaflet.getBounds();
      const inView = all.map((shapes) => places(shapes).filter((place) => bounds.contains(place.at)));
      const level = Math.max(0, inView.findLastIndex((found) => found.length <= many(leaflet) && found.length));
      const key = levels[level] + inView[level].map((place) => place.name).join();
      if (group && group._map === leaflet && key === shown) return;
      if (!group || group._map !== leaflet) leaflet.on("layeradd layerremove zoomend", settleSoon);
      if (group) group.remove();
      shown = key;
      group = window.L.layerGroup(inView[level].map((place) => window.L.marker(place.at, {
        icon: window.L.divIcon({ html: pantau.element("span", "", place.name), className: "place-name", iconSize: [0, 0] }),
        interactive: false, keyboard: false, pane: "names",
      }))).addTo(leaflet);
    }).catch(() => { /* the districts themselves say when they cannot be had */ });
  };
})();
