/* Files of results: fetched, so that a refusal is a sentence on this page and not another page.
   What is streamed (no data-file) is left to the browser: it may be larger than its memory. */
(function () {
  "use strict";

  const pantau = (window.pantau = window.pantau || {});
  const KEPT = 60000; // ms in which the browser has taken the file
  const busy = new Set(); // addresses being made

  /* "attachment; filename=pantau.gpkg" → "pantau.gpkg" */
  function nameIn(answer) {
    const found = /filename="?([^";]+)"?/.exec(answer.headers.get("Content-Disposition") || "");
    return found ? found[1] : "pantau";
  }

  function keep(blob, name) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), KEPT);
  }

  function reason(answer) {
    return answer.json().catch(() => ({})).then((found) => {
      throw new Error(found.error || String(answer.status));
    });
  }

  function take(link) {
    const address = link.href, texts = pantau.config().texts;
    if (busy.has(address)) return;
    busy.add(address);
    link.setAttribute("aria-busy", "true");
    pantau.notice(texts.makingFile);
    fetch(address)
      .then((answer) => answer.ok ? answer.blob().then((blob) => keep(blob, nameIn(answer))) : reason(answer))
      .then(() => { pantau.notice(texts.madeFile); })
      .catch((error) => { pantau.notice(error instanceof TypeError ? texts.unreachable : error.message); })
      .finally(() => { busy.delete(address); link.removeAttribute("aria-busy"); });
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest && event.target.closest("a[data-file]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    take(link);
  });

  /* A group for each city layer that is shown, the uppermost first. */
  pantau.drawLayerExports = function () {
    const place = document.getElementById("export-layers");
    const formats = [...document.querySelectorAll("a[data-export^='map-areas.']")];
    if (!place || !pantau.overlays.catalogue) return;
    place.replaceChildren(...[...pantau.overlays.shown].reverse().map(({ code }) => {
      const group = pantau.element("section", "export-group"), links = pantau.element("div", "export-formats");
      const layer = pantau.overlays.catalogue.get(code);
      formats.forEach((format) => {
        const link = pantau.element("a", "", format.textContent);
        link.dataset.file = format.dataset.file;
        link.download = "";
        link.href = "/export/layers/" + encodeURIComponent(code) + "." + format.dataset.file;
        links.append(link);
      });
      group.append(pantau.element("h3", "", layer ? layer.name : code), links);
      return group;
    }));
  };

  document.addEventListener("toggle", (event) => {
    if (event.target.matches && event.target.matches("details.menu") && event.target.open) pantau.drawLayerExports();
  }, true);
})();
