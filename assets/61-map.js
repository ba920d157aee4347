/* The map itself: the Leaflet instance, where it looks, and what the layers share. */
(function () {
  "use strict";

  const pantau = (window.pantau = window.pantau || {});
  const map = (pantau.map = pantau.map || {});
  const FRAME = 500; // px that the city's own zoom was chosen for

  const EDGE = 12; // px around the city when it is fitted
  let isFitting = false; // by us: the address keeps the view of the reader, and there is none yet

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

  /* Runs for every Leaflet map as it is made: there is one, anew at each visit of the page; small
     ones on other pages say that they stand aside. */
  function hook() {
    if (!window.L || map.isHooked) return;
    map.isHooked = true;
    window.L.Map.addInitHook(function () {
      const leaflet = this;
      if (leaflet.options.standsAside) return;
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
        map.refreshPlaces();
        pantau.overlays.listen(leaflet);
        pantau.overlays.refresh();
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
      fitCity(leaflet);
    }
  };

  /* The city as large as it goes, beside the legend where that costs nothing or nobody can move the
     map. What belongs to it is what the city's own view holds: far islands would make it tiny. */
  function fitCity(leaflet) {
    const levels = pantau.config().levels, middle = leaflet.getCenter(), zoom = pantau.config().zoom;
    map.districts(levels[levels.length - 1]).then((shapes) => {
      if (leaflet !== map.instance || pantau.view) return;
      const center = leaflet.project(middle, zoom);
      const own = window.L.latLngBounds(
        leaflet.unproject(center.subtract([FRAME / 2, FRAME / 2]), zoom),
        leaflet.unproject(center.add([FRAME / 2, FRAME / 2]), zoom));
      const city = window.L.latLngBounds([]);
      shapes.features.forEach((feature) => {
        const bounds = window.L.geoJSON(feature).getBounds();
        if (bounds.isValid() && own.contains(bounds.getCenter())) city.extend(bounds);
      });
      if (!city.isValid()) return;
      const legend = document.querySelector(".map-corner.bottom-left");
      const box = document.querySelector(".measure-box");
      const below = window.L.point(EDGE, EDGE + (box && box.offsetHeight ? box.offsetHeight + EDGE : 0));
      const beside = window.L.point(legend ? legend.offsetLeft + legend.offsetWidth : 0, 0);
      const used = below.add([EDGE, EDGE]);
      const isBeside = pantau.isOnWall() ||
        leaflet.getBoundsZoom(city, false, used.add(beside)) >= leaflet.getBoundsZoom(city, false, used);
      isFitting = true;
      leaflet.fitBounds(city, {
        paddingTopLeft: isBeside ? below.add(beside) : below,
        paddingBottomRight: [EDGE, EDGE], animate: false,
      });
      isFitting = false;
    }).catch(() => { /* the districts themselves say when they cannot be had */ });
  }

  /* "west,south,east,north" of what is seen; null where there is no map. */
  map.bounds = function () {
    if (!map.instance || !map.instance._loaded) return null;
    const seen = map.instance.getBounds();
    return [seen.getWest(), seen.getSouth(), seen.getEast(), seen.getNorth()]
      .map((degrees) => degrees.toFixed(5)).join(",");
  };

  /* A line of a list that leads to a place. */
  document.addEventListener("click", (event) => {
    const line = event.target.closest("[data-fly]");
    if (!line || !map.instance) return;
    const [lat, lon] = line.dataset.fly.split(",").map(Number);
    map.instance.flyTo([lat, lon], Math.max(map.instance.getZoom(), 17), { duration: pantau.calm() ? 0 : 0.6 });
  });

  function onMove() {
    if (!isFitting) {
      const center = map.instance.getCenter();
      pantau.view = { lat: center.lat, lon: center.lng, zoom: map.instance.getZoom() };
      pantau.writeUrl();
    }
    map.refreshPoints();
    map.refreshNames();
    map.refreshReach();
    pantau.overlays.refresh();
  }
})();
