/* Points: fetched for what is in view, coloured and shaped by status, gathered far out. */
(function () {
  "use strict";

  const pantau = (window.pantau = window.pantau || {});
  const clientside = (window.dash_clientside = window.dash_clientside || {});
  const map = (pantau.map = pantau.map || {});
  const EMPTY = { type: "FeatureCollection", features: [] };
  const SINGLE_ZOOM = 15; // from here on every complaint is drawn by itself
  const FEW = 60; // as are so few, at any zoom
  const CELL = 56; // px, the side of the square whose complaints become one ring
  const SHAPES = { waiting: "●", assigned: "◆", in_progress: "◆", verifying: "◆", resolved: "✓", rejected: "✕" };
  const TONES = {
    waiting: "waiting", assigned: "in-progress", in_progress: "in-progress",
    verifying: "in-progress", resolved: "resolved", rejected: "rejected",
  };

  let request = null;

  map.refreshPoints = function () {
    const leaflet = map.instance;
    if (!leaflet || !pantau.state.view.layers) return;
    if (request) request.abort();
    if (!pantau.state.view.layers.includes("points")) {
      put(EMPTY, leaflet);
      note("");
      return;
    }
    const mine = (request = new AbortController());
    const bounds = leaflet.getBounds().pad(0.1);
    const box = [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()];
    const address = "/api/points.geojson?bbox=" + box.map((degree) => degree.toFixed(5)).join(",") +
      "&zoom=" + (Math.floor(leaflet.getZoom()) - (pantau.isOnWall() ? 1 : 0)) + "&" + pantau.state.query;
    const pane = leaflet.getPane("points");
    const dim = setTimeout(() => pane && pane.classList.add("loading"), 150);
    fetch(address, { signal: mine.signal })
      .then((answer) => { if (!answer.ok) throw new Error(answer.status); return answer.json(); })
      .then((data) => {
        put(gathered(data, leaflet), leaflet);
        note(capWords(data.pantau || {}));
      })
      .catch((error) => {
        if (error.name !== "AbortError" && !pantau.isOffline) pantau.notice(pantau.config().texts.pointsFailed, error);
      })
      .finally(() => {
        clearTimeout(dim);
        if (mine === request && pane) pane.classList.remove("loading");
      });
  };

  /* Drawing anew takes the focus away from whoever is on a mark: not for nothing. */
  function put(data, leaflet) {
    const words = JSON.stringify(data.features);
    if (map.drawnOn === leaflet && map.drawnWords === words) return;
    map.drawnOn = leaflet;
    map.drawnWords = words;
    map.beforeMarks();
    clientside.set_props("point-layer", { data: data });
  }

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
    return pantau.config().texts.capped
      .replace("{shown}", pantau.number(info.shown)).replace("{total}", pantau.number(info.total));
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
    const shape = pantau.element("span", "point status-" + tone + (own.overdue ? " overdue" : "") + (isNew ? " arrived" : ""));
    shape.textContent = SHAPES[own.status] || "●";
    const words = [own.service, pantau.config().statuses[own.status]].filter(Boolean).join(", ");
    const marker = window.L.marker(latlng, {
      icon: window.L.divIcon({ html: shape, className: "point-frame", iconSize: [20, 20] }),
      title: words, riseOnHover: true, pane: "points",
    });
    marker.on("click", () => clientside.set_props("chosen-complaint", { data: own.id }));
    return map.mark(marker, words, own.id);
  }

  function cluster(own, latlng) {
    const count = own.point_count;
    const size = Math.round((22 + 7 * Math.log10(count)) * (pantau.isOnWall() ? 1.6 : 1));
    const ring = pantau.element("span", "cluster" + (own.arrived ? " arrived" : ""));
    ring.style.background = shares(own.statuses || {});
    ring.append(pantau.element("span", "cluster-count", short(count)));
    const marker = window.L.marker(latlng, {
      icon: window.L.divIcon({ html: ring, className: "point-frame", iconSize: [size, size] }),
      title: breakdown(own), pane: "points",
    });
    marker.on("click", () => map.instance.flyTo(latlng, Math.min(map.instance.getZoom() + 2, 18),
      { duration: pantau.calm() ? 0 : 0.5 }));
    return map.mark(marker, pantau.config().texts.cluster.replace("{n}", pantau.number(count)));
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
      .map(([status, n]) => SHAPES[status] + " " + pantau.config().statuses[status] + ": " + pantau.number(n)).join("\n");
  }

  clientside.pantau = Object.assign(clientside.pantau || {}, {
    drawPoints: function (query, view) {
      const asked = view && JSON.stringify([query, view.layers.includes("points")]);
      if (query === undefined || query === null || !view || asked === map.asked) return;
      map.asked = asked;
      map.refreshPoints();
    },
  });
})();
