/* The picture of a city layer: one canvas for each, every colour drawn in one stroke. */
(function () {
  "use strict";

  const pantau = (window.pantau = window.pantau || {});
  const overlays = (pantau.overlays = pantau.overlays || {});
  const PANE = "overlays", ABOVE = 422; // the heat's 420, below outlines and names
  const CROWD = 250; // points in view, from which on far out they are plain dots
  const NEAR = 13; // zoom, from which on lines have an edge
  const FILL = 0.4; // of a polygon; its border is opaque
  const SPECK = 1.2; // px, at least, of a shape too small to be seen
  const INK = 0.15, FAINT = 0.3; // share of the view that lines may cover before they thin, and how far
  let Canvas = null;

  overlays.theme = () => document.documentElement.dataset.bsTheme === "light" ? "light" : "dark";

  overlays.token = (name) => getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();

  overlays.scale = () => pantau.isOnWall() ? 1.6 : 1;

  overlays.colour = function (part, feature) {
    const one = part.about.classes[feature.c] || part.about.classes[0];
    return one.colour[overlays.theme()];
  };

  /* px; what is thin far out would be lost close by. */
  overlays.width = function (part, zoom) {
    const own = part.entry.style.size;
    return overlays.scale() * (own || (zoom < 11.5 ? 0.7 : zoom < 13.5 ? 1.3 : zoom < 15.5 ? 2.4 : 3.2)) *
      (own && zoom < NEAR ? 0.6 : 1);
  };

  overlays.radius = function (part) {
    const far = part.leaflet.getZoom() < 12 ? 0.75 : 1;
    return overlays.scale() * far * (part.entry.style.size || (part.entry.style.icon === "dot" ? 5 : 9));
  };

  overlays.isCrowded = function (part, zoom) {
    const points = part.features.length;
    return part.entry.geometry === "point" && ((zoom < 13 && points > CROWD) || points > 4 * CROWD);
  };

  overlays.pane = function (leaflet, name, above) {
    if (leaflet.getPane(name)) return leaflet.getPane(name);
    const pane = leaflet.createPane(name);
    pane.style.zIndex = above;
    pane.style.pointerEvents = "none"; // hover and click are found by place: see -touch
    return pane;
  };

  /* A canvas that Leaflet moves and scales with the map; `paint(context)` draws in layer pixels. */
  overlays.canvas = function (leaflet, pane, above, paint) {
    if (!Canvas) {
      Canvas = window.L.Renderer.extend({
        getContainer: function () { return this._container; },
        _initContainer: function () {
          this._container = document.createElement("canvas");
          this._context = this._container.getContext("2d");
        },
        _destroyContainer: function () {
          this._container.remove();
          delete this._container;
        },
        _updatePaths: function () {},
        _update: function () {
          if (this._map._animatingZoom && this._bounds) return;
          window.L.Renderer.prototype._update.call(this);
          window.L.DomUtil.setPosition(this._container, this._bounds.min);
          this.draw();
        },
        draw: function () {
          if (!this._map || !this._bounds || this._map._animatingZoom) return;
          const size = this._bounds.getSize(), ratio = window.devicePixelRatio || 1;
          this._container.width = size.x * ratio;
          this._container.height = size.y * ratio;
          this._container.style.width = size.x + "px";
          this._container.style.height = size.y + "px";
          this._context.setTransform(ratio, 0, 0, ratio, -this._bounds.min.x * ratio, -this._bounds.min.y * ratio);
          this.options.paint(this._context, this._bounds);
        },
      });
    }
    overlays.pane(leaflet, pane, above);
    return new Canvas({ pane: pane, padding: 0.2, paint: paint }).addTo(leaflet);
  };

  overlays.picture = function (part) {
    return overlays.canvas(part.leaflet, PANE, ABOVE, (context, bounds) => {
      if (part.about) paint(part, context, bounds);
    });
  };

  /* From the pixels of zoom 0 to those of the map's layers. */
  overlays.frame = function (leaflet) {
    const origin = leaflet.getPixelOrigin();
    return { scale: 2 ** leaflet.getZoom(), x: origin.x, y: origin.y };
  };

  function paint(part, context, bounds) {
    const zoom = part.leaflet.getZoom(), frame = overlays.frame(part.leaflet);
    const colours = part.about.classes.map((one) => one.colour[overlays.theme()]);
    const fills = colours.map(() => new Path2D()), lines = colours.map(() => new Path2D());
    const points = [];
    const west = (bounds.min.x + frame.x) / frame.scale, east = (bounds.max.x + frame.x) / frame.scale;
    const north = (bounds.min.y + frame.y) / frame.scale, south = (bounds.max.y + frame.y) / frame.scale;
    part.features.forEach((feature) => {
      const box = feature.box;
      if (box[0] > east || box[2] < west || box[1] > south || box[3] < north) {
        if (feature.points.length) points.push(feature); // its icon may reach into the view
        return;
      }
      if (feature.points.length) points.push(feature);
      feature.lines.forEach((line) => trace(lines[feature.c], line, frame, false));
      feature.rings.forEach((ring) => trace(fills[feature.c], ring, frame, true));
    });
    const width = overlays.width(part, zoom);
    context.lineJoin = context.lineCap = "round";
    fills.forEach((fill, c) => {
      context.globalAlpha = FILL;
      context.fillStyle = colours[c];
      context.fill(fill);
      context.globalAlpha = 1;
      stroke(context, fill, colours[c], zoom < NEAR ? 0.7 : Math.max(width / 2, 1.2));
    });
    const share = thin(part, width, frame.scale, [west, north, east, south]);
    if (zoom >= NEAR && share === 1) {
      context.globalAlpha = 0.55;
      lines.forEach((line) => stroke(context, line, overlays.token("page"), width + 2));
      context.globalAlpha = 1;
    }
    context.globalAlpha = share;
    lines.forEach((line, c) => stroke(context, line, colours[c], width * share));
    context.globalAlpha = 1;
    paintPoints(part, context, frame, points, zoom, share);
  }

  /* A dense net would be one blot over what it is to be compared with: thinner and paler, half each.
     `view` is west, north, east, south; only where the net reaches counts. */
  function thin(part, width, scale, view) {
    let length = 0, specks = 0;
    const reach = [Infinity, Infinity, -Infinity, -Infinity];
    part.features.forEach(({ lines, points, box }) => {
      if (lines.length) length += Math.hypot(box[2] - box[0], box[3] - box[1]) * scale;
      else if (points.length && isSpeck(part)) specks += points.length;
      for (let i = 0; i < 2; i += 1) {
        reach[i] = Math.max(view[i], Math.min(reach[i], box[i]));
        reach[i + 2] = Math.min(view[i + 2], Math.max(reach[i + 2], box[i + 2]));
      }
    });
    const area = (reach[2] - reach[0]) * (reach[3] - reach[1]) * scale ** 2;
    const ink = length * width + specks * SPECK ** 2;
    return ink > INK * area ? Math.sqrt(Math.max(FAINT, (INK * area) / ink)) : 1;
  }

  function stroke(context, path, colour, width) {
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.stroke(path);
  }

  function trace(path, line, { scale, x, y }, isClosed) {
    path.moveTo(line[0] * scale - x, line[1] * scale - y);
    for (let i = 2; i < line.length; i += 2) path.lineTo(line[i] * scale - x, line[i + 1] * scale - y);
    if (isClosed) path.closePath();
    else if (line.length === 4 && line[0] === line[2] && line[1] === line[3]) {
      path.lineTo(line[0] * scale - x + 0.5, line[1] * scale - y); // else nothing is drawn
    }
  }
  overlays.trace = trace;

  const isSpeck = (part) => !["point", "mixed"].includes(part.entry.geometry);

  /* What is too small for a shape, and points where they crowd, are plain dots. */
  function paintPoints(part, context, { scale, x, y }, features, zoom, share) {
    const isCrowded = overlays.isCrowded(part, zoom), width = overlays.width(part, zoom);
    features.forEach((feature) => {
      const speck = feature.isDot && isSpeck(part);
      const side = speck ? Math.max(width, SPECK) * share : 4 * overlays.scale();
      context.globalAlpha = speck ? share : 1;
      const colour = overlays.colour(part, feature);
      const icon = !speck && !isCrowded && overlays.icon(part.entry.style.icon, colour, overlays.radius(part));
      feature.points.forEach((point) => {
        const left = point[0] * scale - x, top = point[1] * scale - y;
        if (icon) {
          context.drawImage(icon.image, left - icon.side / 2, top - icon.side / 2, icon.side, icon.side);
        } else {
          context.fillStyle = colour;
          context.fillRect(left - side / 2, top - side / 2, side, side);
        }
      });
    });
  }

  overlays.drawAll = function () {
    overlays.parts.forEach((part) => part.picture.draw());
    overlays.tell();
  };

  new MutationObserver(() => overlays.words() && overlays.drawAll())
    .observe(document.documentElement, { attributes: true, attributeFilter: ["data-bs-theme"] });
})();
