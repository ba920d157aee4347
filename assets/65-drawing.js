/* Drawing an area: a click or a tap puts a point, and so does Space, in the middle of the map.
   Enter closes, Backspace takes the last point back, Esc gives it up. */
(function () {
  "use strict";

  const pantau = (window.pantau = window.pantau || {});
  const places = (pantau.places = pantau.places || {});
  const LEAST = { polygon: 3, corridor: 2, circle: 1 };
  const HIT = 12; // px within which a click is meant for a point that is there
  const USUAL = { circle: 500, corridor: 100 }; // metres
  let isTouched = false; // by the pointer that was last down: a browser makes a mouse of a finger
  let tool = null; // {kind, points, metres, hover, leaflet, group, surface, byKeys}

  places.isDrawing = function () { return tool !== null; };
  const words = () => places.config().texts;
  const placeOf = (latlng) => [latlng.lng, latlng.lat];
  const pixelsBetween = (a, b) => tool.leaflet.latLngToContainerPoint([a[1], a[0]])
    .distanceTo(tool.leaflet.latLngToContainerPoint([b[1], b[0]]));

  function start(kind, byKeys) {
    const again = tool && tool.kind === kind;
    stop();
    if (again || !pantau.map.instance) return;
    places.select(null);
    const leaflet = pantau.map.instance;
    const surface = pantau.element("div", "draw-surface");
    surface.append(pantau.element("span", "draw-cross"));
    leaflet.getContainer().append(surface);
    tool = {
      kind: kind, points: [], metres: USUAL[kind] || null, hover: null, leaflet: leaflet, byKeys: byKeys,
      surface: surface, group: window.L.layerGroup().addTo(leaflet), tip: null,
    };
    leaflet.on("click", onClick);
    leaflet.on("mousemove", onMouse);
    leaflet.on("move zoomend", onMove);
    document.documentElement.classList.add("drawing");
    pantau.map.isDrawing = true;
    drawBar();
    if (byKeys) leaflet.getContainer().focus({ preventScroll: true });
    onMove();
    draw();
  }

  function stop() {
    if (!tool) return;
    const { leaflet, surface, group, tip } = tool;
    tool = null;
    leaflet.off("click", onClick).off("mousemove", onMouse).off("move zoomend", onMove);
    group.remove();
    if (tip) tip.remove();
    surface.remove();
    document.documentElement.classList.remove("drawing");
    pantau.map.isDrawing = false;
    drawBar();
  }
  places.stopDrawing = stop;

  /* ---- points ---- */

  function add(point) {
    const { points, kind } = tool, first = points[0], last = points[points.length - 1];
    if (kind === "circle" && points.length) return finish(point);
    const isEnd = points.length >= LEAST[kind] &&
      (pixelsBetween(last, point) <= HIT / 2 || (kind === "polygon" && pixelsBetween(first, point) <= HIT));
    if (isEnd) return finish();
    if (last && pixelsBetween(last, point) < 2) return;
    if (points.length >= places.config().mostPoints) return pantau.notice(words().full.replace("{n}", points.length));
    points.push(point);
    draw();
  }

  /* The edge of a circle is where the pointer is; where that says nothing, the usual radius. */
  function finish(edge) {
    const { kind, points } = tool;
    if (points.length < LEAST[kind]) return pantau.notice(words().fewer);
    const area = { kind: kind, points: points.slice(), metres: tool.metres };
    if (kind === "circle") area.metres = radius(edge || tool.hover);
    stop();
    const text = places.text(area);
    places.selected = text;
    places.setAreas([...places.areas(), text]);
    places.drawAreas();
  }

  function radius(edge) {
    const isSaid = edge && pixelsBetween(tool.points[0], edge) > HIT / 2;
    const metres = isSaid ? Math.round(places.distance(tool.points[0], edge)) : tool.metres;
    return Math.min(Math.max(metres, 1), places.config().largest);
  }

  function back() {
    if (!tool.points.length) return stop();
    tool.points.pop();
    draw();
  }

  /* ---- what is seen of it ---- */

  function unfinished() {
    const { kind, points, hover } = tool;
    if (kind === "circle") return { kind: kind, points: points, metres: radius(hover) };
    return { kind: kind, points: hover ? [...points, hover] : points, metres: tool.metres };
  }

  function draw() {
    const { group, leaflet, points, kind } = tool;
    group.clearLayers();
    if (points.length) {
      const place = unfinished();
      if (kind !== "corridor" || place.points.length > 1) places.figure(place, leaflet, null).forEach((layer) => layer.addTo(group));
      points.forEach(([lon, lat]) => window.L.circleMarker([lat, lon], {
        pane: "area-handles", radius: 5, interactive: false, className: "area-point", weight: 2,
      }).addTo(group));
    }
    tell();
  }

  /* In the bar, and beside the pointer: a mouse looks there. */
  function tell() {
    const { points, kind, hover, leaflet } = tool;
    const measure = points.length ? places.sizeWords(unfinished()) : "";
    const hasKeys = !window.matchMedia("(pointer: coarse)").matches;
    const hint = points.length ? (hasKeys ? words()[kind + "Hint"] : "") : words()[hasKeys ? "firstPoint" : "firstTap"];
    document.getElementById("draw-measure").textContent = [places.config().areas[kind], measure].filter(Boolean).join(" · ");
    document.getElementById("draw-hint").textContent = hint;
    document.getElementById("draw-back").disabled = !points.length;
    document.getElementById("draw-done").disabled = points.length < LEAST[kind];
    tool.surface.classList.toggle("by-keys", tool.byKeys);
    if (!measure || !hover || tool.byKeys) {
      if (tool.tip) tool.tip.remove();
      return;
    }
    if (!tool.tip) {
      tool.tip = window.L.tooltip({ permanent: true, direction: "right", offset: [14, 0], className: "tip-frame draw-tip", opacity: 1 });
    }
    tool.tip.setLatLng([hover[1], hover[0]]).setContent(pantau.element("span", "", measure)).addTo(leaflet);
  }

  function drawBar() {
    const bar = document.getElementById("draw-bar");
    document.querySelectorAll(".draw-buttons button").forEach((button) => {
      button.setAttribute("aria-pressed", String(Boolean(tool) && button.id === "draw-" + tool.kind));
    });
    if (!bar) return;
    bar.hidden = !tool;
    if (!tool) return bar.replaceChildren();
    const measure = pantau.element("span", "draw-measure"), hint = pantau.element("span", "draw-hint");
    measure.id = "draw-measure";
    measure.setAttribute("role", "status");
    hint.id = "draw-hint";
    const act = (id, label, does) => {
      const made = pantau.element("button", "text-button", label);
      made.type = "button";
      made.id = id;
      made.addEventListener("click", does);
      return made;
    };
    const line = pantau.element("div", "place-line");
    line.append(act("draw-done", words().done, () => finish()), act("draw-back", words().back, back), act("draw-stop", words().cancel, stop));
    bar.replaceChildren(measure, hint, line);
    if (tool.kind !== "corridor") return;
    const width = pantau.element("div", "place-line");
    width.append(pantau.element("span", "place-unit", words().halfWidth), ...places.metresField(words().halfWidth, tool.metres, (metres) => {
      tool.metres = metres;
      draw();
    }));
    bar.insertBefore(width, line);
  }

  /* ---- hands and keys ---- */

  function onClick(event) {
    tool.byKeys = false;
    add(placeOf(event.latlng));
  }

  function onMouse(event) {
    const is = event.originalEvent;
    if (isTouched || (tool.byKeys && !is.movementX && !is.movementY)) return;
    tool.byKeys = false;
    tool.hover = placeOf(event.latlng);
    draw();
  }

  document.addEventListener("pointerdown", (event) => { isTouched = event.pointerType === "touch"; }, true);

  function onMove() {
    if (tool.byKeys) tool.hover = placeOf(tool.leaflet.getCenter());
    draw();
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest(".draw-buttons button");
    if (button) start(button.id.slice("draw-".length), event.detail === 0);
  });

  const KEYS = {
    Escape: () => { stop(); },
    Enter: () => finish(),
    Backspace: () => back(),
    " ": () => {
      tool.byKeys = true;
      tool.hover = placeOf(tool.leaflet.getCenter());
      add(tool.hover);
    },
  };

  document.addEventListener("keydown", (event) => {
    if (!tool || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    const target = event.target;
    if (event.key.startsWith("Arrow") && target === tool.leaflet.getContainer()) tool.byKeys = true;
    if (!KEYS[event.key]) return;
    if (event.key !== "Escape" && /^(INPUT|TEXTAREA|SELECT|BUTTON|A|SUMMARY)$/.test(target.tagName)) return;
    event.preventDefault();
    event.stopImmediatePropagation(); // Esc would close what else is open
    KEYS[event.key]();
  }, true);

  if (window.L) {
    window.L.Map.addInitHook(function () { this.on("unload", () => { if (tool && tool.leaflet === this) stop(); }); });
  }
})();
