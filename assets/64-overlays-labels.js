/* Names of features at close zoom, none over another, and the outline of the chosen one. */
(function () {
  "use strict";

  const pantau = (window.pantau = window.pantau || {});
  const overlays = (pantau.overlays = pantau.overlays || {});
  const PANE = "overlay-labels", ABOVE = 426;
  const LINES = 14, POINTS = 12; // zooms from which on there are names
  const MANY = 200; // names at most
  const AGAIN = 260; // px between two equal names: pieces of a road, parts of a place
  let canvas = null, waiting = false;

  overlays.drawLabels = function () {
    const leaflet = pantau.map.instance;
    if (!leaflet) return;
    if (!canvas || canvas._map !== leaflet) {
      canvas = overlays.canvas(leaflet, PANE, ABOVE, paint);
      return;
    }
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => { waiting = false; canvas.draw(); });
  };

  function paint(context) {
    const leaflet = pantau.map.instance;
    if (!leaflet || !overlays.catalogue) return;
    const frame = overlays.frame(leaflet), taken = takenByNames(leaflet), said = [];
    paintChosen(context, frame);
    const size = 11 * overlays.scale();
    context.font = "500 " + size + "px " + overlays.token("font-ui");
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.lineJoin = "round";
    context.lineWidth = 3;
    context.strokeStyle = overlays.token("page");
    overlays.fromTop().forEach((part) => {
      if (!part.about || overlays.isCrowded(part, leaflet.getZoom())) return;
      const isPoint = part.entry.geometry === "point";
      if (leaflet.getZoom() < (isPoint ? POINTS : LINES)) return;
      context.fillStyle = overlays.token("text");
      part.features.forEach((feature) => {
        if (!feature.label || said.length >= MANY) return;
        const width = context.measureText(feature.label).width;
        const at = feature.points.length ? below(part, feature, frame, width, size)
          : feature.lines.length ? along(feature, frame, width) : inside(feature, frame, width);
        if (at && isFree(at, width, size, taken, said, feature.label, leaflet)) write(context, feature.label, at, said);
      });
    });
  }

  function takenByNames(leaflet) {
    const frame = leaflet.getContainer().getBoundingClientRect();
    const corner = leaflet.containerPointToLayerPoint([0, 0]);
    const names = [...document.querySelectorAll(".place-name span")].filter((name) => name.style.visibility !== "hidden");
    return names.map((name) => {
      const box = name.getBoundingClientRect();
      const left = box.left - frame.left + corner.x, top = box.top - frame.top + corner.y;
      return [left, top, left + box.width, top + box.height];
    });
  }

  function below(part, feature, { scale, x, y }, width, size) {
    const [point] = feature.points;
    return { x: point[0] * scale - x, y: point[1] * scale - y + overlays.radius(part) + size * 0.8, angle: 0, isPoint: true };
  }

  /* On the longest piece, where the name fits on it. */
  function along(feature, { scale, x, y }, width) {
    let best = null;
    feature.lines.forEach((line) => {
      for (let i = 0; i + 3 < line.length; i += 2) {
        const across = (line[i + 2] - line[i]) * scale, down = (line[i + 3] - line[i + 1]) * scale;
        const length = Math.hypot(across, down);
        if (length < width * 0.8 || (best && length <= best.length)) continue;
        let angle = Math.atan2(down, across);
        if (Math.abs(angle) > Math.PI / 2) angle -= Math.sign(angle) * Math.PI; // never upside down
        best = { x: line[i] * scale - x + across / 2, y: line[i + 1] * scale - y + down / 2, angle: angle, length: length };
      }
    });
    return best;
  }

  function inside(feature, { scale, x, y }, width) {
    const [west, north, east, south] = feature.box;
    if ((east - west) * scale < width * 0.7) return null;
    const ring = feature.rings.reduce((a, b) => (b.length > a.length ? b : a));
    let area = 0, left = 0, top = 0;
    for (let i = 0; i + 3 < ring.length; i += 2) {
      const ax = ring[i] - west, ay = ring[i + 1] - north, bx = ring[i + 2] - west, by = ring[i + 3] - north;
      const cross = ax * by - bx * ay;
      area += cross;
      left += (ax + bx) * cross;
      top += (ay + by) * cross;
    }
    if (!area) return null;
    return { x: (west + left / (3 * area)) * scale - x, y: (north + top / (3 * area)) * scale - y, angle: 0 };
  }

  function isFree(at, width, size, taken, said, label, leaflet) {
    const seen = leaflet.layerPointToContainerPoint([at.x, at.y]), view = leaflet.getSize();
    if (seen.x < 0 || seen.y < 0 || seen.x > view.x || seen.y > view.y) return false;
    const cos = Math.abs(Math.cos(at.angle)), sin = Math.abs(Math.sin(at.angle));
    const halfX = (width * cos + size * sin) / 2 + 3, halfY = (width * sin + size * cos) / 2 + 2;
    at.box = [at.x - halfX, at.y - halfY, at.x + halfX, at.y + halfY];
    const hits = (one) => one[0] < at.box[2] && at.box[0] < one[2] && one[1] < at.box[3] && at.box[1] < one[3];
    if (taken.some(hits)) return false;
    if (!at.isPoint && said.some((one) => one.label === label && Math.hypot(one.x - at.x, one.y - at.y) < AGAIN)) return false;
    taken.push(at.box);
    return true;
  }

  function write(context, label, at, said) {
    said.push({ label: label, x: at.x, y: at.y });
    context.save();
    context.translate(at.x, at.y);
    context.rotate(at.angle);
    context.strokeText(label, 0, 0);
    context.fillText(label, 0, 0);
    context.restore();
  }

  function paintChosen(context, frame) {
    const chosen = overlays.chosen, part = chosen && overlays.parts.get(chosen.code);
    const feature = part && part.version === chosen.version &&
      part.features.find((one) => one.number === chosen.number);
    if (!feature) return;
    const path = new Path2D();
    feature.lines.forEach((line) => overlays.trace(path, line, frame, false));
    feature.rings.forEach((ring) => overlays.trace(path, ring, frame, true));
    const radius = feature.isDot && part.entry.geometry !== "point" ? 5 : overlays.radius(part) + 3;
    feature.points.forEach(([left, top]) => {
      const x = left * frame.scale - frame.x, y = top * frame.scale - frame.y;
      path.moveTo(x + radius, y);
      path.arc(x, y, radius, 0, 2 * Math.PI);
    });
    context.lineJoin = context.lineCap = "round";
    [["page", 6], ["accent", 3]].forEach(([token, width]) => {
      context.strokeStyle = overlays.token(token);
      context.lineWidth = width;
      context.stroke(path);
    });
  }
})();
