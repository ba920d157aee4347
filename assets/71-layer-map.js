/* Small maps over the outlines of the city: where files would land, and a layer on its own page. */
(function () {
  "use strict";

  const pantau = (window.pantau = window.pantau || {});
  const clientside = (window.dash_clientside = window.dash_clientside || {});
  const upload = (pantau.upload = pantau.upload || {});
  const EDGE = [16, 16]; // px around what is shown

  const maps = new Map(); // element → {leaflet, shown, city}

  const token = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  function make(place) {
    const leaflet = window.L.map(place, { standsAside: true, attributionControl: false, zoomSnap: 0.25, scrollWheelZoom: false });
    const one = { leaflet: leaflet, shown: null, city: null };
    leaflet.setView([0, 0], 2);
    leaflet.createPane("city").style.zIndex = 350; // below what is drawn on a canvas of its own
    maps.set(place, one);
    const levels = pantau.config().levels;
    pantau.map.districts(levels[Math.min(1, levels.length - 1)]).then((shapes) => {
      if (maps.get(place) !== one) return;
      one.city = window.L.geoJSON(shapes, {
        interactive: false, pane: "city",
        style: { weight: 1, color: "var(--outline)", fillColor: "var(--land)", fillOpacity: 1 },
      }).addTo(leaflet);
      fit(one);
    }).catch(() => { /* the features alone say where they are, by their own shape */ });
    return one;
  }

  /* All that is there; the city as well where it lies elsewhere, so that one sees how far. */
  function fit({ leaflet, shown, city }) {
    const bounds = window.L.latLngBounds([]);
    if (shown) bounds.extend(shown.getBounds());
    if (city && (!bounds.isValid() || !bounds.intersects(city.getBounds()))) bounds.extend(city.getBounds());
    if (bounds.isValid()) leaflet.fitBounds(bounds, { padding: EDGE, animate: false, maxZoom: 16 });
  }

  function draw(place, sample, colour) {
    if (!window.L) return;
    const one = maps.get(place) || make(place);
    if (one.shown) one.shown.remove();
    one.shown = null;
    if (sample) {
      const renderer = window.L.canvas();
      const style = { weight: 1.5, color: colour, fillColor: colour, fillOpacity: 0.35, interactive: false, renderer: renderer };
      one.shown = window.L.geoJSON(sample, {
        ...style, style: style, pointToLayer: (_feature, where) => window.L.circleMarker(where, { radius: 4, ...style }),
      }).addTo(one.leaflet);
    }
    one.leaflet.invalidateSize({ pan: false });
    fit(one);
  }

  function drop(place) {
    const one = maps.get(place);
    if (!one) return;
    maps.delete(place);
    one.leaflet.remove();
  }

  upload.dropMap = function () {
    const place = document.getElementById("layer-map");
    if (!place) return;
    drop(place);
    place.removeAttribute("data-note");
  };

  /* `sample`: features in degrees, or null while nobody knows where they are. */
  upload.drawMap = function (sample, note) {
    const place = document.getElementById("layer-map");
    place.dataset.note = sample ? "" : note;
    draw(place, sample, token("--accent"));
  };

  /* The page of a layer: as coarse as its extent allows, by the address that the great map asks. */
  function drawWhole(place, extent) {
    const [west, south, east, north] = extent;
    const size = Math.max(east - west, north - south, 0.0005);
    const zoom = Math.min(Math.max(Math.floor(Math.log2(360 / size)), 1), 18);
    fetch("/api/layers/" + encodeURIComponent(place.dataset.layer) + "/features.geojson?zoom=" + zoom + "&bbox=" + grown(extent))
      .then((answer) => { if (!answer.ok) throw new Error(answer.status); return answer.json(); })
      .then((found) => {
        const mark = document.querySelector("#layer-head .catalogue-mark");
        if (place.isConnected) draw(place, found, mark ? getComputedStyle(mark).color : token("--accent"));
      })
      .catch((error) => console.warn("the layer could not be drawn", error));
  }

  /* A single place has an extent without width, which is no view. */
  function grown([west, south, east, north]) {
    const edge = 0.0005;
    return [Math.max(west - edge, -180), Math.max(south - edge, -90), Math.min(east + edge, 180), Math.min(north + edge, 90)].join(",");
  }

  clientside.pantau = Object.assign(clientside.pantau || {}, {
    /* `shown`: {extent, stamp}; anew when either changes. */
    drawLayer: function (shown) {
      [...maps.keys()].filter((place) => !place.isConnected).forEach(drop);
      const place = document.getElementById("layer-whole");
      if (!place || !shown) return;
      if (shown.extent) drawWhole(place, shown.extent);
      else draw(place, null);
    },
  });
})();
