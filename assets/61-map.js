/* The map itself: the Leaflet instance, where it looks, and what the layers share. */
(function () {
  "use strict";

  const pantau = (window.pantau = window.pantau || {});
  const map = (pantau.map = pantau.map || {});
  const FRAME = 500; // px that the city's own zoom was chosen for

  map.instance = null;

  pantau.element = function (tag, className, text) {
    const made = document.createElement(tag);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text; // never HTML: names come from outside
    return made;
  };

  pantau.number = function (value) {
    return new Intl.NumberFormat(document.documentElement.lang).format(value);
  };

  pantau.isOnWall = function () {
    return document.documentElement.classList.contains("wall");
  };

  pantau.config = function () {
    if (!map.config) map.config = JSON.parse(document.getElementById("page-config").dataset.config);
    return map.config;
  };

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
        pantau.writeUrl();
        leaflet.on("moveend", onMove);
        leaflet.getContainer().setAttribute("aria-label", pantau.config().texts.map);
        map.refreshPoints();
        map.refreshHeat();
        map.refreshNames();
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
      leaflet.setView(leaflet.getCenter(), pantau.config().zoom + Math.floor(extra * 2) / 2, { animate: false });
    }
  };

  /* "west,south,east,north" of what is seen; null where there is no map. */
  map.bounds = function () {
    if (!map.instance || !map.instance._loaded) return null;
    const seen = map.instance.getBounds();
    return [seen.getWest(), seen.getSouth(), seen.getEast(), seen.getNorth()]
      .map((degrees) => degrees.toFixed(5)).join(",");
  };

  function onMove() {
    const center = map.instance.getCenter();
    pantau.view = { lat: center.lat, lon: center.lng, zoom: map.instance.getZoom() };
    pantau.writeUrl();
    map.refreshPoints();
    map.refreshNames();
  }
})();
