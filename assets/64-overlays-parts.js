/* The part of a city layer that is in view: fetched when the map moved beyond it, and unpacked. */
(function () {
  "use strict";

  const pantau = (window.pantau = window.pantau || {});
  const overlays = (pantau.overlays = pantau.overlays || {});
  const WORLD = 256, TILE = 256; // px: the whole world at zoom 0; views are fetched in whole tiles
  const AROUND = 0.1; // of the view
  let toldOf = 0;

  overlays.begin = function (code, leaflet) {
    return new Part(code, leaflet);
  };

  class Part {
    constructor(code, leaflet) {
      this.code = code;
      this.leaflet = leaflet;
      this.features = [];
      this.about = null;
      this.address = null; // of what is drawn
      this.picture = overlays.picture(this);
    }

    get entry() { return overlays.catalogue.get(this.code); }

    place(order, opacity) {
      const canvas = this.picture.getContainer();
      if (!canvas) return;
      canvas.style.zIndex = order;
      canvas.style.opacity = opacity / 100;
    }

    end() {
      if (this.request) this.request.abort();
      this.picture.remove();
    }

    /* Nothing where what is drawn will do. */
    fetch() {
      const zoom = Math.floor(this.leaflet.getZoom()), box = boxOf(this.leaflet, zoom);
      const same = this.box && this.entry.version === this.version && this.zoom === zoom;
      const address = addressOf(this.entry, box, zoom);
      if (same && (this.address === address || (!this.about.capped && holds(this.box, viewOf(this.leaflet, zoom))))) {
        this.stop();
        return;
      }
      if (this.asked === address) return;
      this.stop();
      this.asked = address;
      const mine = (this.request = new AbortController());
      fetch(address, { signal: mine.signal })
        .then((answer) => { if (!answer.ok) throw new Error(answer.status); return answer.json(); })
        .then((found) => {
          if (mine !== this.request) return;
          const isOther = found.pantau.version !== this.entry.version;
          Object.assign(this, {
            features: unpack(found, this.leaflet), about: found.pantau, version: found.pantau.version,
            box: box, zoom: zoom, address: address,
          });
          this.picture.draw();
          overlays.tell();
          if (isOther) overlays.look(); // replaced since the catalogue was read
        })
        .catch((error) => this.fail(error))
        .finally(() => { if (mine === this.request) this.request = this.asked = null; });
    }

    stop() {
      if (this.request) this.request.abort();
      this.request = this.asked = null;
    }

    fail(error) {
      if (error.name === "AbortError" || pantau.isOffline) return;
      if (error.message === "404") overlays.look(); // removed
      if (Date.now() - toldOf < 5000) return;
      toldOf = Date.now();
      pantau.notice(overlays.words().failed.replace("{layer}", this.entry ? this.entry.name : this.code), error);
    }
  }

  /* West, north, east, south in pixels of this zoom. */
  function viewOf(leaflet, zoom) {
    const bounds = leaflet.getBounds();
    const a = leaflet.project(bounds.getNorthWest(), zoom), b = leaflet.project(bounds.getSouthEast(), zoom);
    return [a.x, a.y, b.x, b.y];
  }

  /* Whole tiles: whoever looks at the same place fetches the same address. */
  function boxOf(leaflet, zoom) {
    const [west, north, east, south] = viewOf(leaflet, zoom);
    const x = (east - west) * AROUND, y = (south - north) * AROUND, side = WORLD * 2 ** zoom;
    return [
      Math.floor((west - x) / TILE) * TILE, Math.max(Math.floor((north - y) / TILE) * TILE, 0),
      Math.ceil((east + x) / TILE) * TILE, Math.min(Math.ceil((south + y) / TILE) * TILE, side),
    ];
  }

  function holds(box, view) {
    return box[0] <= view[0] && box[1] <= view[1] && box[2] >= view[2] && box[3] >= view[3];
  }

  function addressOf(entry, [west, north, east, south], zoom) {
    const at = (x, y) => pantau.map.instance.unproject([x, y], zoom);
    const a = at(west, south), b = at(east, north);
    const degrees = [Math.max(a.lng, -360), a.lat, Math.min(b.lng, 360), b.lat].map((one) => one.toFixed(5));
    return "/api/layers/" + entry.code + "/features.geojson?bbox=" + degrees.join(",") +
      "&zoom=" + zoom + "&v=" + entry.version;
  }

  /* ---- unpacking: degrees become pixels at zoom 0, beside the copy of the world that is seen ---- */

  const RADIAN = Math.PI / 180;

  function unpack(found, leaflet) {
    const middle = leaflet.project(leaflet.getCenter(), 0).x;
    const { runs } = found.pantau;
    let run = 0, step = 0;
    return found.features.map(({ properties, geometry }) => {
      const feature = {
        number: runs[run] + step, c: properties.c || 0, label: properties.l || "", n: properties.n || 1,
        isDot: Boolean(properties.t), points: [], lines: [], rings: [], box: [Infinity, Infinity, -Infinity, -Infinity],
      };
      step += 1;
      if (step === runs[run + 1]) { run += 2; step = 0; }
      add(feature, geometry);
      shift(feature, Math.round((middle - (feature.box[0] + feature.box[2]) / 2) / WORLD) * WORLD);
      return feature;
    });
  }

  function add(feature, geometry) {
    const { type, coordinates } = geometry;
    if (type === "GeometryCollection") geometry.geometries.forEach((one) => add(feature, one));
    else if (type === "Point") feature.points.push(path(feature, [coordinates]));
    else if (type === "MultiPoint") coordinates.forEach((one) => feature.points.push(path(feature, [one])));
    else if (type === "LineString") feature.lines.push(path(feature, coordinates));
    else if (type === "MultiLineString") coordinates.forEach((one) => feature.lines.push(path(feature, one)));
    else (type === "Polygon" ? [coordinates] : coordinates).forEach((rings) => rings.forEach((ring, place) => {
      feature.rings.push(turned(path(feature, ring), place === 0));
    }));
  }

  /* x, y, x, y, … */
  function path(feature, coordinates) {
    const made = new Float64Array(coordinates.length * 2), box = feature.box;
    coordinates.forEach(([lon, lat], i) => {
      const sine = Math.sin(Math.max(-85.0511, Math.min(85.0511, lat)) * RADIAN);
      const x = (lon / 360 + 0.5) * WORLD, y = (0.5 - Math.atanh(sine) / (2 * Math.PI)) * WORLD;
      made[2 * i] = x;
      made[2 * i + 1] = y;
      if (x < box[0]) box[0] = x;
      if (y < box[1]) box[1] = y;
      if (x > box[2]) box[2] = x;
      if (y > box[3]) box[3] = y;
    });
    return made;
  }

  /* All outlines one way round and all holes the other: then many can be filled as one. */
  function turned(ring, isOutline) {
    let area = 0;
    for (let i = 0; i + 3 < ring.length; i += 2) area += ring[i] * ring[i + 3] - ring[i + 2] * ring[i + 1];
    if (area > 0 === isOutline) return ring;
    const back = new Float64Array(ring.length);
    for (let i = 0; i < ring.length; i += 2) {
      back[i] = ring[ring.length - 2 - i];
      back[i + 1] = ring[ring.length - 1 - i];
    }
    return back;
  }

  function shift(feature, by) {
    if (!by) return;
    feature.box[0] += by;
    feature.box[2] += by;
    [...feature.points, ...feature.lines, ...feature.rings].forEach((one) => {
      for (let i = 0; i < one.length; i += 2) one[i] += by;
    });
  }
})();
