/* Handles of the area that is selected: points, what lies between them, and the size. A mouse and a
   finger drag them; arrows move the one that has the focus. */
(function () {
  "use strict";

  const pantau = (window.pantau = window.pantau || {});
  const places = (pantau.places = pantau.places || {});
  const LEAST = { polygon: 3, corridor: 2, circle: 1 };
  const STEP = 4, STRIDE = 20; // px that an arrow moves, and with Shift
  const PAUSE = 500; // ms after the last arrow
  const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  let group = null, tip = null, pending = null, focused = null;

  /* Every handle: where it is, what it is called, and what moving it makes of the area. */
  function handlesOf(place) {
    const words = places.config().texts, { points } = place;
    const withPoint = (at, count, point) => {
      const news = points.slice();
      news.splice(at, count, point);
      return { ...place, points: news };
    };
    const found = points.map((point, i) => ({
      at: point, kind: "vertex", number: i,
      words: place.kind === "circle" ? words.centre : words.handle.replace("{n}", i + 1),
      moved: (to) => withPoint(i, 1, to),
    }));
    if (place.kind === "circle") return [...found, edgeOf(place, points[0], [1, 0])];
    const ends = place.kind === "polygon" ? points.length : points.length - 1;
    for (let i = 0; i < ends; i++) {
      const [from, to] = places.whole([points[i], points[(i + 1) % points.length]]);
      found.push({
        at: [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2], kind: "middle", number: i, words: words.middle,
        moved: (at) => withPoint(i + 1, 0, at),
      });
    }
    if (place.kind === "polygon") return found;
    const [from, to] = places.whole(points.slice(0, 2));
    const along = [to[0] - from[0], to[1] - from[1]], long = Math.hypot(...along) || 1;
    const quarter = [from[0] + along[0] / 4, from[1] + along[1] / 4];
    return [...found, edgeOf(place, quarter, [-along[1] / long, along[0] / long], [from, to])];
  }

  /* The size of a circle is the distance from its centre; of a corridor, from its first line. */
  function edgeOf(place, from, [east, north], line) {
    const far = line ? (to) => distanceToLine(to, line) : (to) => places.distance(from, to);
    return {
      at: places.moved(from, place.metres * east, place.metres * north), kind: "edge", number: 0,
      words: places.config().texts.edge,
      moved: (to) => ({ ...place, metres: Math.min(Math.max(Math.round(far(to)), 1), places.config().largest) }),
    };
  }

  function distanceToLine(to, [from, end]) {
    const long = places.distance(from, end) || 1;
    const [a, b] = [places.distance(from, to), places.distance(end, to)];
    const along = (a * a - b * b + long * long) / (2 * long);
    return Math.sqrt(Math.max(a * a - along * along, 0));
  }

  const placeOf = (latlng) => [latlng.lng, latlng.lat];

  places.drawHandles = function () {
    const leaflet = pantau.map.instance, text = places.selected;
    const wanted = focused; // what had the focus tells, as it goes, that it lost it
    if (group) group.remove();
    if (tip) tip.remove();
    group = tip = null;
    if (!leaflet || !text || pending) return;
    const place = places.parse(text), size = window.matchMedia("(pointer: coarse)").matches ? 40 : 26; // px
    group = window.L.layerGroup().addTo(leaflet);
    handlesOf(place).forEach((handle, i) => {
      const icon = window.L.divIcon({ className: "area-handle " + handle.kind, iconSize: [size, size] });
      const marker = window.L.marker([handle.at[1], handle.at[0]], {
        icon: icon, pane: "area-handles", draggable: true, keyboard: true, bubblingMouseEvents: false, title: handle.words,
      }).addTo(group);
      hear(marker, handle, text, place);
      const element = marker.getElement();
      element.setAttribute("aria-label", handle.words);
      element.addEventListener("focus", () => { focused = i; });
      element.addEventListener("blur", () => { if (!pending) focused = null; });
      if (wanted === i) element.focus({ preventScroll: true });
    });
  };

  function hear(marker, handle, text, place) {
    const drag = (is) => document.documentElement.classList.toggle("area-dragged", is); // districts keep silent
    marker.on("dragstart", () => drag(true)).on("dragend", () => drag(false));
    marker.on("drag", () => show(text, handle.moved(placeOf(marker.getLatLng())), marker));
    marker.on("dragend", () => commit(text, handle.moved(placeOf(marker.getLatLng()))));
    marker.on("contextmenu dblclick", () => removePoint(handle, text, place));
    marker.getElement().addEventListener("keydown", (event) => onKey(event, marker, handle, text, place));
  }

  function show(text, place, marker) {
    places.redraw(text, place);
    if (!tip) {
      tip = window.L.tooltip({ permanent: true, direction: "top", offset: [0, -14], className: "tip-frame draw-tip", opacity: 1 });
    }
    tip.setLatLng(marker.getLatLng()).setContent(pantau.element("span", "", places.sizeWords(place))).addTo(pantau.map.instance);
  }

  function commit(text, place) {
    const before = places.selected;
    places.changeArea(text, place);
    if (before === places.selected) places.drawHandles();
  }

  function removePoint(handle, text, place) {
    if (handle.kind !== "vertex" || place.points.length <= LEAST[place.kind]) return;
    focused = Math.max(handle.number - 1, 0);
    commit(text, { ...place, points: place.points.filter((_, i) => i !== handle.number) });
  }

  function onKey(event, marker, handle, text, place) {
    const arrow = ARROWS[event.key];
    if (event.key === "Delete" || event.key === "Backspace") {
      event.preventDefault();
      event.stopPropagation();
      removePoint(handle, text, place);
    } else if (event.key === "Enter" && handle.kind === "middle") {
      event.preventDefault();
      focused = handle.number + 1;
      commit(text, handle.moved(handle.at));
    } else if (arrow && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      event.stopPropagation(); // the map would move, too
      const leaflet = pantau.map.instance, step = event.shiftKey ? STRIDE : STEP;
      marker.setLatLng(leaflet.layerPointToLatLng(leaflet.latLngToLayerPoint(marker.getLatLng()).add([arrow[0] * step, arrow[1] * step])));
      const news = handle.moved(placeOf(marker.getLatLng()));
      show(text, news, marker);
      clearTimeout(pending);
      pending = setTimeout(() => {
        pending = null;
        commit(text, news);
      }, PAUSE);
    }
  }

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && places.selected && !places.isDrawing()) places.select(null);
  });
})();
