/* Drawn areas as figures: true metres around a place, measures in words, and Leaflet layers. */
(function () {
  "use strict";

  const pantau = (window.pantau = window.pantau || {});
  const places = (pantau.places = pantau.places || {});
  const AROUND = 96; // points of a circle
  const FIGURES = 3; // of a measure: a hand is not more exact

  /* ---- metres ---- */

  /* Metres of one degree of longitude and of latitude, on WGS 84. */
  function perDegree(latitude) {
    const at = latitude * Math.PI / 180;
    return [
      111412.84 * Math.cos(at) - 93.5 * Math.cos(3 * at) + 0.118 * Math.cos(5 * at),
      111132.954 - 559.822 * Math.cos(2 * at) + 1.175 * Math.cos(4 * at),
    ];
  }

  const turn = (longitude, near) => longitude + 360 * Math.round((near - longitude) / 360);

  /* Longitudes that do not jump where the Earth's are counted anew. */
  places.whole = function (points) {
    return points.map(([lon, lat]) => [turn(lon, points[0][0]), lat]);
  };

  /* East and north of the first point, in metres. */
  function onPlane(points) {
    const whole = places.whole(points);
    const middle = whole.reduce((sum, [, lat]) => sum + lat, 0) / whole.length;
    const [east, north] = perDegree(middle);
    return whole.map(([lon, lat]) => [(lon - whole[0][0]) * east, (lat - whole[0][1]) * north]);
  }

  places.distance = function (from, to) {
    const [, [x, y]] = onPlane([from, to]);
    return Math.hypot(x, y);
  };

  places.moved = function ([lon, lat], east, north) {
    const [perLon, perLat] = perDegree(lat);
    return [lon + east / perLon, lat + north / perLat];
  };

  function lengthOf(points) {
    return points.slice(1).reduce((sum, point, i) => sum + places.distance(points[i], point), 0);
  }

  function areaOf(points) {
    const flat = onPlane(points);
    return Math.abs(flat.reduce((sum, [x, y], i) => {
      const [nextX, nextY] = flat[(i + 1) % flat.length];
      return sum + x * nextY - nextX * y;
    }, 0)) / 2;
  }

  /* ---- words ---- */

  const rounded = (value) => new Intl.NumberFormat(
    document.documentElement.lang, { maximumSignificantDigits: FIGURES },
  ).format(value);

  places.lengthWords = function (metres) {
    const { length } = places.config().texts;
    return metres < 1000 ? length.m.replace("{n}", rounded(metres)) : length.km.replace("{n}", rounded(metres / 1000));
  };

  function squareWords(metres) {
    const { square } = places.config().texts;
    if (metres < 1e4) return square.m.replace("{n}", rounded(metres));
    return metres < 1e6 ? square.ha.replace("{n}", rounded(metres / 1e4)) : square.km.replace("{n}", rounded(metres / 1e6));
  }

  /* How large it is: in square metres, and a corridor how long. */
  places.measure = function (place) {
    if (place.kind === "circle") return squareWords(Math.PI * place.metres ** 2);
    if (place.kind === "corridor") return places.lengthWords(lengthOf(place.points));
    return place.points.length < 3 ? places.lengthWords(lengthOf(place.points)) : squareWords(areaOf(place.points));
  };

  /* With the size that its handle changes. */
  places.sizeWords = function (place) {
    const words = places.measure(place);
    if (place.kind === "circle") return places.lengthWords(place.metres) + " · " + words;
    if (place.kind === "polygon") return words;
    return words + " · " + places.lengthWords(place.metres) + " " + places.config().texts.eitherSide;
  };

  /* ---- figures ---- */

  const latlngs = (points) => places.whole(points).map(([lon, lat]) => [lat, lon]);

  function ring(place) {
    return Array.from({ length: AROUND }, (_, i) => {
      const at = 2 * Math.PI * i / AROUND;
      return places.moved(place.points[0], place.metres * Math.cos(at), place.metres * Math.sin(at));
    });
  }

  /* As wide as a corridor is at this zoom, in pixels. */
  function widthOf(place, leaflet) {
    const middle = place.points[Math.floor(place.points.length / 2)];
    const beside = places.moved(middle, 2 * place.metres, 0);
    return leaflet.latLngToLayerPoint([middle[1], middle[0]]).distanceTo(leaflet.latLngToLayerPoint([beside[1], beside[0]]));
  }

  /* The layers of an area; `outline` is a corridor's as the server computes it, where it is known. */
  places.figure = function (place, leaflet, outline) {
    const quiet = { pane: "areas", interactive: false };
    const shape = { ...quiet, className: "area-shape", weight: 2 };
    if (place.kind === "circle") return [window.L.polygon(latlngs(ring(place)), shape)];
    if (place.kind === "polygon") {
      return [window.L[place.points.length < 3 ? "polyline" : "polygon"](latlngs(place.points), shape)];
    }
    const line = window.L.polyline(latlngs(place.points), { ...quiet, className: "area-line", weight: 1.5, dashArray: "4 4" });
    if (outline) return [window.L.geoJSON(outline, { ...shape, style: shape }), line];
    return [
      window.L.polyline(latlngs(place.points), { ...quiet, className: "area-band", weight: widthOf(place, leaflet) }), line,
    ];
  };

  /* Wide and unseen over the outline, to be hit by a hand. */
  places.grip = function (place, outline) {
    const grip = { pane: "areas", className: "area-grip", weight: 14, fill: false, bubblingMouseEvents: false };
    if (place.kind === "corridor" && outline) return window.L.geoJSON(outline, { ...grip, style: grip });
    return window.L.polyline(latlngs(place.kind === "circle" ? ring(place)
      : place.kind === "polygon" ? [...place.points, place.points[0]] : place.points), grip);
  };

  places.boundsOf = function (place) {
    const bounds = window.L.latLngBounds(latlngs(place.kind === "circle" ? ring(place) : place.points));
    return place.kind === "corridor" ? bounds.pad(0.1) : bounds;
  };
})();
