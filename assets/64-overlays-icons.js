/* Marks of city layers: a square badge with a glyph, so that none is taken for a complaint. */
(function () {
  "use strict";

  const pantau = (window.pantau = window.pantau || {});
  const overlays = (pantau.overlays = pantau.overlays || {});
  const made = new Map();

  /* Glyphs in a square of 16; filled, holes by even-odd. */
  overlays.GLYPHS = {
    pump: "M2 12h8v2H2z M3 6h6v5H3z M4.5 3h3v2.4h-3z M10 7h2.2l1.3 1.8V12h-1.6V9.4l-.6-.8H10z",
    hospital: "M6.2 2h3.6v4.2H14v3.6H9.8V14H6.2V9.800H2V6.200h4.200z",
    fire: "M8 1.500c.6 2.500 4 4.300 4 7.900A4 4 0 0 1 8 14a4 4 0 0 1-4-4.300c0-1.700.8-2.900 1.700-3.700.1 1 .5 1.700 1.100 2C6.500 5.600 6.900 3.200 8 1.500z",
    gate: "M2 3h12v2H2z M2.500 5.500h2V14h-2z M11.500 5.500h2V14h-2z M5.500 5.500h5v5h-5z M6 11.500h4l-2 2.500z",
    water: "M1.500 5.500c1.600-1.800 3.200-1.800 4.800-.3 1.200 1.100 2.200 1.100 3.400 0 1.600-1.500 3.200-1.500 4.800.3v2.300c-1.900-1.700-3-1.700-4.200-.6-1.500 1.400-3.100 1.400-4.600 0-1.200-1.100-2.300-1.100-4.200.6z M1.500 10.500c1.600-1.800 3.200-1.800 4.800-.3 1.200 1.100 2.200 1.100 3.400 0 1.600-1.500 3.200-1.500 4.800.3v2.300c-1.900-1.700-3-1.700-4.200-.6-1.500 1.400-3.100 1.400-4.600 0-1.200-1.100-2.300-1.100-4.200.6z",
    school: "M8 2.500 15 6 8 9.500 1 6z M4 8.700l4 2 4-2v2.800c-1.200 1.200-2.500 1.700-4 1.700s-2.800-.5-4-1.700z",
    bus: "M3.500 2h9A1.500 1.500 0 0 1 14 3.500V12h-1.200v1.800h-2V12H5.200v1.800h-2V12H2V3.500A1.500 1.500 0 0 1 3.500 2z M4 4v3.500h8V4z M4 9v1.600h2V9z M10 9v1.600h2V9z",
  };

  /* {image, side in px}: drawn once for each colour, size and theme. */
  overlays.icon = function (name, colour, radius) {
    const ratio = window.devicePixelRatio || 1, key = [name, colour, radius, ratio, overlays.theme()].join();
    if (!made.has(key)) made.set(key, draw(name, colour, radius, ratio));
    return made.get(key);
  };

  function draw(name, colour, radius, ratio) {
    const side = 2 * radius + 4, image = document.createElement("canvas");
    image.width = image.height = Math.ceil(side * ratio);
    const context = image.getContext("2d");
    context.scale(ratio, ratio);
    context.translate(side / 2, side / 2);
    context.lineWidth = 1.5;
    context.strokeStyle = overlays.token("page");
    context.fillStyle = colour;
    context.beginPath();
    if (overlays.GLYPHS[name]) context.roundRect(-radius, -radius, 2 * radius, 2 * radius, radius / 3);
    else context.arc(0, 0, radius, 0, 2 * Math.PI);
    context.fill();
    context.stroke();
    if (overlays.GLYPHS[name]) {
      const size = radius * 1.5 / 16;
      context.scale(size, size);
      context.translate(-8, -8);
      context.fillStyle = isDark(colour) ? "#ffffff" : "#0b1220";
      context.fill(new Path2D(overlays.GLYPHS[name]), "evenodd");
    }
    return { image: image, side: side };
  }

  /* Whether white reads better on it: relative luminance of WCAG. */
  function isDark(colour) {
    const [r, g, b] = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16) / 255)
      .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b < 0.19;
  }

  /* The sample of a class in lists: a badge, a dot, a line or a patch. */
  overlays.swatch = function (entry, colour) {
    const place = pantau.element("span", "overlay-swatch of-" + entry.geometry);
    place.setAttribute("aria-hidden", "true");
    const tone = colour[overlays.theme()];
    if (entry.geometry === "point" && entry.style.icon !== "dot") {
      const { image } = overlays.icon(entry.style.icon, tone, 7);
      const copy = pantau.element("canvas", "overlay-badge");
      copy.width = copy.height = image.width;
      copy.getContext("2d").drawImage(image, 0, 0);
      place.append(copy);
    } else {
      place.style.setProperty("--tone", tone);
    }
    return place;
  };
})();
