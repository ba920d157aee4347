/* Hover and click on city layers. Their canvases let everything through to what lies below; what a
   pointer meets is found by place, small things before large ones, the topmost layer first. */
(function () {
  "use strict";

  const pantau = (window.pantau = window.pantau || {});
  const overlays = (pantau.overlays = pantau.overlays || {});
  const MOUSE = 4, FINGER = 10; // px that a pointer may be off
  const DWELL = 150; // ms until a feature whose name is not here is asked for
  let pending = false, tip = null, hovered = null, asking = null;

  overlays.at = function (leaflet, point, off) {
    const at = leaflet.containerPointToLayerPoint(point), frame = overlays.frame(leaflet);
    let best = null;
    overlays.fromTop().forEach((part) => {
      if (!part.about) return;
      for (let i = part.features.length - 1; i >= 0; i -= 1) {
        const rank = hit(part, part.features[i], at, frame, off, leaflet.getZoom());
        if (rank && (!best || rank < best.rank)) best = { part: part, feature: part.features[i], rank: rank };
      }
    });
    return best;
  };

  /* 1 a point, 2 a line, 3 a polygon, 0 none. */
  function hit(part, feature, at, { scale, x, y }, off, zoom) {
    const box = feature.box, isMark = feature.points.length && !(feature.isDot && part.entry.geometry !== "point");
    const reach = off + (isMark ? (overlays.isCrowded(part, zoom) ? 2 : overlays.radius(part)) : overlays.width(part, zoom) / 2);
    if (at.x < box[0] * scale - x - reach || at.x > box[2] * scale - x + reach ||
      at.y < box[1] * scale - y - reach || at.y > box[3] * scale - y + reach) return 0;
    if (feature.points.some((p) => Math.hypot(p[0] * scale - x - at.x, p[1] * scale - y - at.y) <= reach)) return isMark ? 1 : 2;
    const wx = (at.x + x) / scale, wy = (at.y + y) / scale, far = reach / scale;
    if (feature.lines.some((line) => isNear(line, wx, wy, far))) return 2;
    return isInside(feature.rings, wx, wy) ? 3 : 0;
  }

  function isNear(line, x, y, far) {
    for (let i = 0; i + 3 < line.length; i += 2) {
      const ax = line[i], ay = line[i + 1], dx = line[i + 2] - ax, dy = line[i + 3] - ay;
      const along = dx || dy ? Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy))) : 0;
      if (Math.hypot(ax + along * dx - x, ay + along * dy - y) <= far) return true;
    }
    return false;
  }

  function isInside(rings, x, y) {
    let inside = false;
    rings.forEach((ring) => {
      for (let i = 0, j = ring.length - 2; i < ring.length; j = i, i += 2) {
        if (ring[i + 1] > y !== ring[j + 1] > y &&
          x < (ring[j] - ring[i]) * (y - ring[i + 1]) / (ring[j + 1] - ring[i + 1]) + ring[i]) inside = !inside;
      }
    });
    return inside;
  }

  /* ---- hover ---- */

  function leave(leaflet) {
    if (tip) tip.remove();
    clearTimeout(asking);
    tip = hovered = null;
    if (leaflet) leaflet.getContainer().classList.remove("on-overlay");
  }
  overlays.leave = () => leave(pantau.map.instance);

  function hover(leaflet, event) {
    const busy = event.buttons || leaflet._animatingZoom || isAbove(event.target);
    const point = leaflet.mouseEventToContainerPoint(event);
    const found = busy ? null : overlays.at(leaflet, point, MOUSE);
    if (!found) return leave(leaflet);
    leaflet.getContainer().classList.add("on-overlay");
    const place = leaflet.containerPointToLatLng(point);
    if (hovered === found.feature && tip) return tip.setLatLng(place);
    leave(leaflet);
    leaflet.getContainer().classList.add("on-overlay");
    hovered = found.feature;
    tip = window.L.tooltip({ direction: "top", offset: [0, -8], className: "tip-frame overlay-tip", opacity: 1 })
      .setLatLng(place).setContent(words(found.part, found.feature, found.feature.label)).addTo(leaflet);
    if (!found.feature.label && found.part.entry.style.label) {
      asking = setTimeout(() => nameIt(found.part, found.feature), DWELL);
    }
  }

  function nameIt(part, feature) {
    overlays.ask(part, feature.number).then((card) => {
      feature.label = feature.label || card.label;
      if (hovered === feature && tip) tip.setContent(words(part, feature, card.label));
    }).catch(() => { /* the layer's name is there */ });
  }

  function words(part, feature, label) {
    const box = pantau.element("div", "tip");
    box.append(pantau.element("strong", "", label || part.entry.name));
    if (label) box.append(pantau.element("span", "tip-parent", part.entry.name));
    const meaning = overlays.meaning(part, feature.c);
    if (meaning && meaning !== label) box.append(pantau.element("div", "tip-detail", part.entry.style.by.field + ": " + meaning));
    if (feature.n > 1) box.append(pantau.element("div", "tip-detail", overlays.words().several.replace("{n}", pantau.number(feature.n))));
    return box;
  }

  /* Complaints, names of buttons and the like keep the pointer for themselves. */
  function isAbove(target) {
    return Boolean(target.closest(".point-frame, .leaflet-control, .leaflet-popup, .draw-surface, .area-handle, .area-grip"));
  }

  /* ---- click ---- */

  function click(leaflet, event) {
    if (isAbove(event.target) || event.shiftKey || event.ctrlKey || event.metaKey) return;
    if (leaflet.dragging && leaflet.dragging.moved()) return;
    if (pantau.map.isDrawing) return; // a shape is being drawn over everything
    const off = event.pointerType === "touch" ? FINGER : MOUSE;
    const found = overlays.at(leaflet, leaflet.mouseEventToContainerPoint(event), off);
    if (!found) return;
    event.stopPropagation(); // not the district below
    overlays.leave();
    overlays.openCard(found.part.code, found.feature.number, found.part.version);
  }

  overlays.listen = function (leaflet) {
    const container = leaflet.getContainer();
    if (container.hearsOverlays) return;
    container.hearsOverlays = true;
    container.addEventListener("mousemove", (event) => {
      if (pending || !overlays.parts.size) return;
      pending = true;
      requestAnimationFrame(() => { pending = false; if (pantau.map.instance === leaflet) hover(leaflet, event); });
    }, true);
    container.addEventListener("mouseleave", () => leave(leaflet));
    container.addEventListener("click", (event) => { if (overlays.parts.size) click(leaflet, event); }, true);
    leaflet.on("zoomstart dragstart", () => leave(leaflet));
  };
})();
