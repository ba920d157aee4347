/* Districts: their colours, what they say, and what a click does.
   dash-leaflet finds these functions by name: {"variable": "pantau.map.districtStyle"}. */
(function () {
  "use strict";

  const pantau = (window.pantau = window.pantau || {});
  const clientside = (window.dash_clientside = window.dash_clientside || {});
  const map = (pantau.map = pantau.map || {});
  const geojson = {}; // level → promise of its districts
  const drawn = new Map(); // code → the layer on the map
  const TOO_FEW = -1, NOT_REACHED = -2;
  const VIEWED = ["measure", "level", "compare", "second", "areas"];
  const CLICK_PAUSE = 260; // ms in which a second click makes a double click

  /* What is coloured: the districts of a level, squares, or "layer:" and the code of a layer. */
  map.ground = function (view) {
    if (view.measure === "hot_cells") return "cells";
    return view.areas && !view.measure.startsWith("hot_") && !view.second ? "layer:" + view.areas : view.level;
  };

  function address(ground) {
    if (ground === "cells") return "/api/hot-cells.geojson?v=" + pantau.config().version;
    if (ground.startsWith("layer:")) return "/api/layers/" + ground.slice(6) + "/areas.geojson";
    return "/api/districts/" + ground + ".geojson?v=" + pantau.config().version;
  }

  map.districts = function (level) {
    if (!geojson[level]) {
      geojson[level] = fetch(address(level))
        .then((answer) => { if (!answer.ok) throw new Error(answer.status); return answer.json(); })
        .catch((error) => { delete geojson[level]; throw error; });
    }
    return geojson[level];
  };

  /* Of a square or a feature that is coloured; districts are named by the tree. */
  map.nameOf = function (code) {
    return drawn.has(code) ? drawn.get(code).feature.properties.name : "";
  };

  function parents(code) {
    const found = [];
    for (let at = code; at && pantau.config().tree[at]; at = pantau.config().tree[at][1]) found.push(at);
    return found;
  }

  function isInside(code, chosen) {
    if (!chosen.length || !pantau.config().tree[code]) return true;
    const own = parents(code);
    return chosen.some((one) => own.includes(one) || parents(one).includes(code));
  }

  map.districtStyle = function (feature, context) {
    const hideout = context.hideout;
    const value = (hideout.values || {})[feature.properties.code];
    const inside = isInside(feature.properties.code, hideout.chosen || []);
    const style = { weight: 1, color: "var(--outline)", fillOpacity: inside ? 1 : 0.3, className: "district" };
    if (!hideout.isFilled || !value) return { ...style, fillColor: "var(--land)", fillOpacity: hideout.isFilled ? 1 : 0.001 };
    if (value[0] === TOO_FEW) return { ...style, fillColor: "url(#hatch)" };
    if (value[0] === NOT_REACHED) return { ...style, fillColor: hideout.notReached };
    if (value[0] < 0) return { ...style, fillColor: hideout.none, fillOpacity: style.fillOpacity * 0.5 };
    const colour = hideout.colours[value[0]];
    const isLine = /LineString/.test(feature.geometry.type); // a feature of a layer: a line has no inside
    return isLine ? { ...style, color: colour, weight: 4, fill: false } : { ...style, fillColor: colour };
  };

  /* A point of a layer that is coloured; of districts there are none. */
  map.colouredPoint = function (feature, latlng) {
    return window.L.circleMarker(latlng, { radius: 7 });
  };

  map.outlineStyle = function (feature) {
    if (feature.properties.isContext) return { weight: 1, color: "var(--outline)", fill: false, interactive: false };
    return { weight: 2, color: "var(--accent)", fill: false, interactive: false };
  };

  /* In place: drawing the shapes anew would close the tooltip one is reading. */
  function restyle(hideout) {
    drawn.forEach((layer) => layer.setStyle(map.districtStyle(layer.feature, { hideout: hideout })));
  }

  map.eachDistrict = function (feature, layer) {
    const code = feature.properties.code;
    drawn.set(code, layer);
    let pending = null;
    layer.bindTooltip(() => {
      const box = pantau.element("div", "tip");
      box.append(pantau.element("strong", "", feature.properties.name));
      const parent = pantau.config().tree[(pantau.config().tree[code] || [])[1]];
      if (parent) box.append(pantau.element("span", "tip-parent", parent[2]));
      const value = (map.hideout.values || {})[code];
      if (value && map.hideout.isFilled) {
        box.append(pantau.element("div", "tip-value", value[1]), pantau.element("div", "tip-detail", value[2]));
      }
      return box;
    }, { sticky: true, direction: "top", offset: [0, -8], className: "tip-frame", opacity: 1 });
    // Hundreds of shapes are no way through a page: the keyboard has the table of the legend.
    layer.on("add", () => layer.getElement() && layer.getElement().setAttribute("tabindex", "-1"));
    const isLine = /LineString/.test(feature.geometry.type);
    layer.on("mouseover", () => layer.setStyle({ weight: isLine ? 7 : 2.5 }).bringToFront());
    layer.on("mouseout", () => layer.setStyle({ weight: isLine ? 4 : 1 }));
    if (!pantau.config().tree[code]) return; // a square or a feature: no filter is made of it
    layer.on("click", (event) => {
      clearTimeout(pending);
      const add = event.originalEvent.shiftKey || event.originalEvent.ctrlKey || event.originalEvent.metaKey;
      pending = setTimeout(() => pantau.toggle("district", code, add), CLICK_PAUSE);
    });
    layer.on("dblclick", () => {
      clearTimeout(pending);
      const levels = pantau.config().levels;
      const next = levels[levels.indexOf(pantau.state.view.level) + 1];
      pantau.setValue("filter-districts", [code]);
      if (next) pantau.setValue("view-level", next);
      map.instance.flyToBounds(layer.getBounds(), { padding: [24, 24], duration: pantau.calm() ? 0 : 0.6 });
    });
  };

  /* Where the city is, while the features of a layer are what is coloured. */
  function context(ground) {
    if (!ground.startsWith("layer:")) return Promise.resolve([]);
    return map.districts(pantau.config().levels[0]).then((top) => top.features.map((feature) => (
      { ...feature, properties: { ...feature.properties, isContext: true } })));
  }

  function chosenOutlines(chosen, ground) {
    const levels = [...new Set(chosen.map((code) => (pantau.config().tree[code] || [])[0]))]
      .filter((level) => level !== undefined);
    const ofLevels = levels.map((level) => map.districts(pantau.config().levels[level]));
    return Promise.all([context(ground), ...ofLevels]).then(([around, ...all]) => ({
      type: "FeatureCollection",
      features: [
        ...around, ...all.flatMap((one) => one.features.filter((f) => chosen.includes(f.properties.code))),
      ],
    }));
  }

  clientside.pantau = Object.assign(clientside.pantau || {}, {
    /* Districts dragged over in the chart of two measures. Plotly also tells of a selection of
       nothing, whenever the chart is drawn anew: that is nobody's wish. A double click is. */
    brushDistricts: function (selected) {
      pantau.onDeselect("scatter", () => pantau.setValue("filter-districts", []));
      if (!selected || !selected.points || !selected.points.length) return;
      pantau.setValue("filter-districts", selected.points.map((point) => point.customdata));
    },

    /* Boundaries and values are set together: neither alone is a picture. */
    drawDistricts: function (values, view, query) {
      const none = clientside.no_update;
      if (!view) return [none, none, none];
      const chosen = new URLSearchParams(query || "").getAll("district");
      const fits = values && VIEWED.every((key) => (values.view[key] || null) === (view[key] || null));
      const ground = map.ground(view);
      const hideout = {
        ...(fits ? values : map.hideout || {}),
        chosen: chosen,
        isFilled: view.layers.includes("districts"),
      };
      return Promise.all([map.districts(ground), chosenOutlines(chosen, ground)]).then(([shapes, outlines]) => {
        if (map.ground(pantau.state.view) !== ground) return [none, none, none];
        map.hideout = hideout;
        map.tabulate();
        if (map.level === ground) {
          restyle(hideout);
          return [none, none, outlines];
        }
        map.level = ground;
        drawn.clear();
        map.refreshNames();
        return [shapes, hideout, outlines];
      }).catch((error) => {
        pantau.notice(pantau.config().texts.districtsFailed, error);
        return [none, none, none];
      });
    },
  });
})();
