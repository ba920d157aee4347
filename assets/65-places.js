/* Conditions on layers and drawn areas, as texts: what the URL writes and the Store holds.
   queries/layers/conditions.py reads the same. */
(function () {
  "use strict";

  const pantau = (window.pantau = window.pantau || {});
  const clientside = (window.dash_clientside = window.dash_clientside || {});
  const places = (pantau.places = pantau.places || {});
  const KINDS = ["near", "far", "inside", "outside"];
  const KEYS = [...KINDS, "area"];
  const POINTS = { polygon: [3, Infinity], circle: [1, 1], corridor: [2, Infinity] };

  places.list = []; // of texts such as "near=pumps:200"
  places.layers = []; // what layer_choices in components/layer_filter.py says of each

  places.config = function () {
    if (!places.known) places.known = JSON.parse(document.getElementById("layer-filter").dataset.config);
    return places.known;
  };

  places.layer = function (code) { return places.layers.find((layer) => layer.code === code); };
  places.hasMetres = function (kind) { return kind === "near" || kind === "far"; };
  places.canBe = function (kind, layer) {
    return places.hasMetres(kind) || layer.geometry === "polygon" || layer.geometry === "mixed";
  };

  /* ---- one place and its text ---- */

  const number = (value, digits) => String(Number(Number(value).toFixed(digits)));
  const escape = (text) => text.replaceAll("%", "%25").replaceAll(":", "%3A").replaceAll("=", "%3D");
  function unescape(text) {
    try { return decodeURIComponent(text); } catch (error) { return text; }
  }

  places.text = function (place) {
    if (place.kind in POINTS) {
      const parts = place.points.map(([lon, lat]) => number(lon, 5) + "," + number(lat, 5));
      if (place.kind !== "polygon") parts.push(number(place.metres, 6));
      return "area=" + place.kind + ":" + parts.join(";");
    }
    const parts = [place.layer];
    if (places.hasMetres(place.kind)) parts.push(number(place.metres, 6));
    if (place.field && place.value !== null) parts.push(escape(place.field) + "=" + escape(place.value));
    return place.kind + "=" + parts.join(":");
  };

  /* null where the text means nothing, whatever the layers. */
  places.parse = function (text) {
    const at = text.indexOf("=");
    const key = text.slice(0, at), value = text.slice(at + 1);
    if (key === "area") return parseArea(value);
    return KINDS.includes(key) ? parseCondition(key, value) : null;
  };

  function parseCondition(kind, text) {
    const [layer, ...parts] = text.split(":");
    const place = { kind: kind, layer: layer, metres: null, field: null, value: null };
    if (!/^[a-z0-9][a-z0-9-]{0,63}$/.test(layer)) return null;
    if (places.hasMetres(kind)) {
      place.metres = metres(parts.shift());
      if (place.metres === null) return null;
    }
    if (parts.length > 1) return null;
    if (parts.length) {
      const at = parts[0].indexOf("=");
      if (at < 1) return null;
      place.field = unescape(parts[0].slice(0, at));
      place.value = unescape(parts[0].slice(at + 1));
    }
    return place;
  }

  function parseArea(text) {
    const at = text.indexOf(":");
    const kind = text.slice(0, at), parts = text.slice(at + 1).split(";");
    if (!Object.hasOwn(POINTS, kind)) return null;
    const size = kind === "polygon" ? null : metres(parts.pop());
    const points = parts.map((part) => part.split(",").map(Number));
    const isSound = points.every(([lon, lat, more]) => Math.abs(lon) <= 360 && Math.abs(lat) <= 90 && more === undefined);
    const [low, high] = POINTS[kind];
    if (!isSound || (kind !== "polygon" && size === null)) return null;
    if (points.length < low || points.length > Math.min(high, places.config().mostPoints)) return null;
    return { kind: kind, points: points, metres: size };
  }

  function metres(text) {
    const value = text && text.trim() ? Number(text) : NaN;
    return value >= 0 && value <= places.config().largest ? value : null;
  }

  /* ---- all of them ---- */

  places.areas = function () { return places.list.filter((text) => text.startsWith("area=")); };
  places.conditions = function () { return places.list.filter((text) => !text.startsWith("area=")); };
  places.setAreas = function (texts) { places.set([...places.conditions(), ...texts]); };
  places.setConditions = function (texts) { places.set([...texts, ...places.areas()]); };

  places.set = function (texts) {
    const found = [...new Set(texts)];
    if (JSON.stringify(found) === JSON.stringify(places.list)) return;
    const parts = new URLSearchParams(pantau.search());
    KEYS.forEach((key) => parts.delete(key));
    places.write(found, parts);
    if (found.length > places.list.length && !pantau.fits(parts)) {
      pantau.notice(pantau.config().texts.tooLong);
      if (places.draw) places.draw();
      return;
    }
    places.list = found;
    clientside.set_props("filter-places", { data: found });
    if (places.draw) places.draw();
  };

  /* From the address; `sound` tells what is left out. */
  places.read = function (url, layers, sound) {
    places.layers = layers || [];
    const found = [];
    KEYS.forEach((key) => url.getAll(key).forEach((value) => {
      const place = places.parse(key + "=" + value);
      if (sound(key, value, place !== null && isKnown(place))) found.push(places.text(place));
    }));
    return [...new Set(found)];
  };

  function isKnown(place) {
    if (place.kind in POINTS) return true;
    const layer = places.layer(place.layer);
    return Boolean(layer) && places.canBe(place.kind, layer) && (!place.field || layer.fields.includes(place.field));
  }

  /* Into the filter's query, in the order in which the server writes them. */
  places.write = function (texts, parts) {
    KEYS.forEach((key) => (texts || []).forEach((text) => {
      if (text.startsWith(key + "=")) parts.append(key, text.slice(key.length + 1));
    }));
  };

  /* Everything that shows them; each part is a file of its own. */
  places.draw = function () {
    places.drawRows();
    pantau.map.refreshPlaces();
  };

  pantau.map = pantau.map || {};
  pantau.map.refreshPlaces = function () {
    places.drawAreas();
    pantau.map.refreshReach();
  };

  clientside.pantau = Object.assign(clientside.pantau || {}, {
    showPlaces: function (texts, layers) {
      places.layers = layers || [];
      places.list = texts || [];
      places.draw();
    },
  });
})();
