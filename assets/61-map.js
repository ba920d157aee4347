/* What the layers of the map look like, and what happens when one points at them.
   dash-leaflet finds these functions by name: {"variable": "pantau.map.districtStyle"}. */
(function () {
  "use strict";

  const pantau = (window.pantau = window.pantau || {});
  const clientside = (window.dash_clientside = window.dash_clientside || {});
  const map = (pantau.map = pantau.map || {});
  const geojson = {}; // level → promise of its districts
  const EMPTY = { type: "FeatureCollection", features: [] };
  const TOO_FEW = -1, NOT_REACHED = -2;
  const CLICK_PAUSE = 260; // ms in which a second click makes a double click
  const FRAME = 500; // px that the city's own zoom was chosen for
  const SINGLE_ZOOM = 15; // from here on every complaint is drawn by itself
  const FEW = 60; // as are so few, at any zoom
  const CELL = 56; // px, the side of the square whose complaints become one ring
  const SHAPES = { waiting: "●", assigned: "◆", in_progress: "◆", verifying: "◆", resolved: "✓", rejected: "✕" };
  const TONES = {
    waiting: "waiting", assigned: "in-progress", in_progress: "in-progress",
    verifying: "in-progress", resolved: "resolved", rejected: "rejected",
  };

  map.instance = null;
  map.data = document.documentElement.dataset;

  function element(tag, className, text) {
    const made = document.createElement(tag);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text; // never HTML: names come from outside
    return made;
  }

  function isWall() { return document.documentElement.classList.contains("wall"); }

  function number(value) {
    return new Intl.NumberFormat(document.documentElement.lang).format(value);
  }

  function config() {
    if (!map.config) map.config = JSON.parse(document.getElementById("page-config").dataset.config);
    return map.config;
  }
  pantau.config = config;

  /* Runs for every Leaflet map as it is made: there is one, anew at each visit of the page. */
  function hook() {
    if (!window.L || map.isHooked) return;
    map.isHooked = true;
    window.L.Map.addInitHook(function () {
      const leaflet = this;
      map.instance = leaflet;
      map.level = null;
      map.asked = null;
      leaflet.whenReady(() => setTimeout(() => {
        map.show(pantau.view);
        leaflet.on("moveend", onMove);
        leaflet.getContainer().setAttribute("aria-label", config().texts.map);
        map.refreshPoints();
        map.refreshHeat();
      }, 0));
      leaflet.on("unload", () => { if (map.instance === leaflet) map.instance = null; });
    });
  }
  hook();
  document.addEventListener("DOMContentLoaded", hook);

  map.show = function (view) {
    const leaflet = map.instance;
    if (!leaflet) return;
    leaflet.invalidateSize({ pan: false });
    if (view) {
      leaflet.setView([view.lat, view.lon], view.zoom, { animate: false });
    } else {
      const size = leaflet.getSize();
      const extra = Math.log2(Math.max(Math.min(size.x, size.y), 200) / FRAME);
      leaflet.setView(leaflet.getCenter(), config().zoom + Math.floor(extra * 2) / 2, { animate: false });
    }
  };

  function onMove() {
    const center = map.instance.getCenter();
    pantau.view = { lat: center.lat, lon: center.lng, zoom: map.instance.getZoom() };
    pantau.writeUrl();
    map.refreshPoints();
  }

  /* ---- districts ---- */

  map.districts = function (level) {
    if (!geojson[level]) {
      geojson[level] = fetch("/api/districts/" + level + ".geojson?v=" + config().version)
        .then((answer) => { if (!answer.ok) throw new Error(answer.status); return answer.json(); })
        .catch((error) => { delete geojson[level]; throw error; });
    }
    return geojson[level];
  };

  function parents(code) {
    const found = [];
    for (let at = code; at && config().tree[at]; at = config().tree[at][1]) found.push(at);
    return found;
  }

  function isInside(code, chosen) {
    if (!chosen.length) return true;
    const own = parents(code);
    return chosen.some((one) => own.includes(one) || parents(one).includes(code));
  }

  map.districtStyle = function (feature, context) {
    const hideout = context.hideout;
    const value = (hideout.values || {})[feature.properties.code];
    const inside = isInside(feature.properties.code, hideout.chosen || []);
    const style = { weight: 1, color: "var(--outline)", fillOpacity: inside ? 1 : 0.3, className: "district" };
    if (!hideout.isFilled || !value) return { ...style, fillColor: "var(--land)", fillOpacity: hideout.isFilled ? 1 : 0.001 };
    if (value[0] === TOO_FEW) return { ...style, fillColor: "url(#hatch)" };
    if (value[0] === NOT_REACHED) return { ...style, fillColor: hideout.notReached };
    if (value[0] < 0) return { ...style, fillColor: hideout.none, fillOpacity: style.fillOpacity * 0.5 };
    return { ...style, fillColor: hideout.colours[value[0]] };
  };

  map.outlineStyle = function () {
    return { weight: 2, color: "var(--accent)", fill: false, interactive: false };
  };

  map.eachDistrict = function (feature, layer, context) {
    const code = feature.properties.code;
    let pending = null;
    layer.bindTooltip(() => {
      const box = element("div", "tip");
      box.append(element("strong", "", feature.properties.name));
      const parent = config().tree[(config().tree[code] || [])[1]];
      if (parent) box.append(element("span", "tip-parent", parent[2]));
      const value = (map.hideout.values || {})[code];
      if (value && map.hideout.isFilled) {
        box.append(element("div", "tip-value", value[1]), element("div", "tip-detail", value[2]));
      }
      return box;
    }, { sticky: true, direction: "top", offset: [0, -8], className: "tip-frame", opacity: 1 });
    layer.on("mouseover", () => layer.setStyle({ weight: 2.5 }).bringToFront());
    layer.on("mouseout", () => layer.setStyle({ weight: 1 }));
    layer.on("click", (event) => {
      clearTimeout(pending);
      const add = event.originalEvent.shiftKey || event.originalEvent.ctrlKey || event.originalEvent.metaKey;
      pending = setTimeout(() => pantau.toggle("district", code, add), CLICK_PAUSE);
    });
    layer.on("dblclick", () => {
      clearTimeout(pending);
      const levels = config().levels;
      const next = levels[levels.indexOf(pantau.state.view.level) + 1];
      pantau.setValue("filter-districts", [code]);
      if (next) pantau.setValue("view-level", next);
      map.instance.flyToBounds(layer.getBounds(), { padding: [24, 24], duration: pantau.calm() ? 0 : 0.6 });
    });
  };

  function chosenOutlines(chosen) {
    const levels = [...new Set(chosen.map((code) => (config().tree[code] || [])[0]))]
      .filter((level) => level !== undefined);
    return Promise.all(levels.map((level) => map.districts(config().levels[level]))).then((all) => ({
      type: "FeatureCollection",
      features: all.flatMap((one) => one.features.filter((f) => chosen.includes(f.properties.code))),
    }));
  }

  clientside.pantau = Object.assign(clientside.pantau || {}, {
    /* Boundaries and values are set together: neither alone is a picture. */
    drawDistricts: function (values, view, query) {
      const none = clientside.no_update;
      if (!view) return [none, none, none];
      const chosen = new URLSearchParams(query || "").getAll("district");
      const fits = values && values.level === view.level && values.measure === view.measure &&
        values.compare === view.compare;
      const hideout = {
        ...(fits ? values : map.hideout || {}),
        chosen: chosen,
        isFilled: view.layers.includes("districts"),
      };
      return Promise.all([map.districts(view.level), chosenOutlines(chosen)]).then(([shapes, outlines]) => {
        if (pantau.state.view.level !== view.level) return [none, none, none];
        map.hideout = hideout;
        const isNew = map.level !== view.level;
        map.level = view.level;
        return [isNew ? shapes : none, hideout, outlines];
      }).catch((error) => {
        pantau.notice(config().texts.districtsFailed, error);
        return [none, none, none];
      });
    },

    drawHeat: function (query, view, live) {
      heatSeq = (live || {}).seq || heatSeq;
      map.refreshHeat();
    },

    drawPoints: function (query, view) {
      const asked = view && JSON.stringify([query, view.layers.includes("points")]);
      if (query === undefined || query === null || !view || asked === map.asked) return;
      map.asked = asked;
      map.refreshPoints();
    },
  });

  /* ---- heat: drawn by the server ---- */

  let heat = null, heatSeq = 0;

  /* The old tiles stay until the new ones are there, so that nothing flashes while complaints arrive. */
  map.refreshHeat = function () {
    const leaflet = map.instance;
    if (!leaflet) return;
    const isShown = (pantau.state.view.layers || []).includes("heat");
    // The address says what it shows, so that the browser's cache is right.
    const address = "/tiles/heat/{z}/{x}/{y}.png?" + pantau.state.query + "&seq=" + (heatSeq || config().seq);
    if (heat && heat._map !== leaflet) heat = null;
    if (!isShown) {
      if (heat) heat.remove();
      heat = null;
      return;
    }
    if (heat && heat._url === address) return;
    const before = heat;
    heat = window.L.tileLayer(address, { pane: "heat", minZoom: 7, maxZoom: 18 });
    heat.once("load", () => before && before.remove());
    heat.addTo(leaflet);
  };

  /* ---- points ---- */

  let request = null;

  map.refreshPoints = function () {
    const leaflet = map.instance;
    if (!leaflet || !pantau.state.view.layers) return;
    if (request) request.abort();
    if (!pantau.state.view.layers.includes("points")) {
      clientside.set_props("point-layer", { data: EMPTY });
      note("");
      return;
    }
    const mine = (request = new AbortController());
    const bounds = leaflet.getBounds().pad(0.1);
    const box = [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()];
    const address = "/api/points.geojson?bbox=" + box.map((degree) => degree.toFixed(5)).join(",") +
      "&zoom=" + (Math.floor(leaflet.getZoom()) - (isWall() ? 1 : 0)) + "&" + pantau.state.query;
    const pane = leaflet.getPane("points");
    const dim = setTimeout(() => pane && pane.classList.add("loading"), 150);
    fetch(address, { signal: mine.signal })
      .then((answer) => { if (!answer.ok) throw new Error(answer.status); return answer.json(); })
      .then((data) => {
        clientside.set_props("point-layer", { data: gathered(data, leaflet) });
        note(capWords(data.pantau || {}));
      })
      .catch((error) => {
        if (error.name !== "AbortError" && !pantau.isOffline) pantau.notice(config().texts.pointsFailed, error);
      })
      .finally(() => {
        clearTimeout(dim);
        if (mine === request && pane) pane.classList.remove("loading");
      });
  };

  /* Far out, single points would hide the map: those in one square of the screen become one ring. */
  function gathered(data, leaflet) {
    const zoom = leaflet.getZoom();
    if (zoom >= SINGLE_ZOOM || data.features.length <= FEW || (data.pantau || {}).mode !== "points") return data;
    const cells = new Map();
    data.features.forEach((feature) => {
      const [lon, lat] = feature.geometry.coordinates;
      const at = leaflet.project([lat, lon], zoom).divideBy(CELL).floor();
      const key = at.x + ":" + at.y;
      if (!cells.has(key)) cells.set(key, []);
      cells.get(key).push(feature);
    });
    return { ...data, features: [...cells.values()].map((members) => members.length === 1 ? members[0] : ring(members)) };
  }

  function ring(members) {
    const sum = [0, 0], statuses = {};
    members.forEach((feature) => {
      sum[0] += feature.geometry.coordinates[0];
      sum[1] += feature.geometry.coordinates[1];
      statuses[feature.properties.status] = (statuses[feature.properties.status] || 0) + 1;
    });
    return {
      type: "Feature",
      geometry: { type: "Point", coordinates: sum.map((one) => one / members.length) },
      properties: {
        cluster: true, point_count: members.length, statuses: statuses,
        arrived: members.some((feature) => pantau.arrivals.has(feature.properties.id)),
      },
    };
  }

  function capWords(info) {
    if (!info.capped) return "";
    return config().texts.capped
      .replace("{shown}", number(info.shown)).replace("{total}", number(info.total));
  }

  function note(words) {
    const place = document.getElementById("points-note");
    if (place) place.textContent = words;
  }

  map.point = function (feature, latlng) {
    const own = feature.properties;
    return own.cluster ? cluster(own, latlng) : single(own, latlng);
  };

  function single(own, latlng) {
    const tone = TONES[own.status] || "rejected";
    const isNew = pantau.arrivals && pantau.arrivals.has(own.id);
    const shape = element("span", "point status-" + tone + (own.overdue ? " overdue" : "") + (isNew ? " arrived" : ""));
    shape.textContent = SHAPES[own.status] || "●";
    const words = [own.service, config().statuses[own.status]].filter(Boolean).join(", ");
    const marker = window.L.marker(latlng, {
      icon: window.L.divIcon({ html: shape, className: "point-frame", iconSize: [20, 20] }),
      alt: words, title: words, riseOnHover: true, pane: "points",
    });
    marker.on("click", () => clientside.set_props("chosen-complaint", { data: own.id }));
    return marker;
  }

  function cluster(own, latlng) {
    const count = own.point_count;
    const size = Math.round((22 + 7 * Math.log10(count)) * (isWall() ? 1.6 : 1));
    const ring = element("span", "cluster" + (own.arrived ? " arrived" : ""));
    ring.style.background = shares(own.statuses || {});
    ring.append(element("span", "cluster-count", short(count)));
    const marker = window.L.marker(latlng, {
      icon: window.L.divIcon({ html: ring, className: "point-frame", iconSize: [size, size] }),
      alt: config().texts.cluster.replace("{n}", number(count)),
      title: breakdown(own), pane: "points",
    });
    marker.on("click", () => map.instance.flyTo(latlng, Math.min(map.instance.getZoom() + 2, 18),
      { duration: pantau.calm() ? 0 : 0.5 }));
    return marker;
  }

  function short(count) {
    return new Intl.NumberFormat(document.documentElement.lang,
      { notation: count >= 1000 ? "compact" : "standard", maximumFractionDigits: count < 10000 ? 1 : 0 }).format(count);
  }

  function shares(statuses) {
    const tones = { waiting: 0, "in-progress": 0, resolved: 0, rejected: 0 };
    let total = 0;
    Object.entries(statuses).forEach(([status, n]) => { tones[TONES[status]] += n; total += n; });
    if (!total) return "var(--muted)";
    let at = 0;
    const stops = Object.entries(tones).filter(([, n]) => n).map(([tone, n]) => {
      const from = at;
      at += 360 * n / total;
      return "var(--" + tone + ") " + from.toFixed(1) + "deg " + at.toFixed(1) + "deg";
    });
    return "conic-gradient(" + stops.join(",") + ")";
  }

  function breakdown(own) {
    return Object.entries(own.statuses || {}).filter(([, n]) => n)
      .map(([status, n]) => SHAPES[status] + " " + config().statuses[status] + ": " + number(n)).join("\n");
  }
})();
