/* Heat: tiles that the server draws. */
(function () {
  "use strict";

  const pantau = (window.pantau = window.pantau || {});
  const clientside = (window.dash_clientside = window.dash_clientside || {});
  const map = (pantau.map = pantau.map || {});
  const shown = new Set(); // every layer on the map: a quick hand leaves several behind the newest
  /* A screen of 256-pixel tiles is thirty requests, and they, not the drawing, are what one waits for. */
  const ACROSS = 4;
  let heat = null, heatSeq = 0;

  function removeAllBut(kept) {
    shown.forEach((layer) => {
      if (layer === kept) return;
      layer.remove();
      shown.delete(layer);
    });
  }

  /* The old tiles stay until the new ones are there, so that nothing flashes while complaints arrive. */
  map.refreshHeat = function () {
    const leaflet = map.instance;
    if (!leaflet) return;
    const isShown = (pantau.state.view.layers || []).includes("heat");
    // The address says what it shows, so that the browser's cache is right.
    const address = "/tiles/heat/{z}/{x}/{y}@" + ACROSS + "x.png?" + pantau.state.query + "&seq=" + (heatSeq || pantau.config().seq);
    if (heat && heat._map !== leaflet) heat = null;
    if (!isShown) {
      heat = null;
      removeAllBut(null);
      return;
    }
    if (heat && heat._url === address) return;
    const newest = (heat = window.L.tileLayer(address, {
      pane: "heat", minZoom: 7, maxZoom: 18, tileSize: 256 * ACROSS, zoomOffset: -Math.log2(ACROSS),
    }));
    newest.once("load", () => { if (newest === heat) removeAllBut(newest); });
    shown.add(newest);
    newest.addTo(leaflet);
  };

  clientside.pantau = Object.assign(clientside.pantau || {}, {
    drawHeat: function (query, view, live) {
      heatSeq = (live || {}).seq || heatSeq;
      map.refreshHeat();
    },
  });
})();
