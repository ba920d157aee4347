/* Evaluations: a page for each unit, fetched one after the other and put into one archive. */
(function () {
  "use strict";

  const pantau = (window.pantau = window.pantau || {});
  const AT_ONCE = 2; // more would only wait for one another at the server
  let stopping = null;

  const CRC = new Uint32Array(256).map((_, n) => {
    let found = n;
    for (let bit = 0; bit < 8; bit += 1) found = found & 1 ? (found >>> 1) ^ 0xedb88320 : found >>> 1;
    return found;
  });

  function checksum(bytes) {
    let found = 0xffffffff;
    for (let place = 0; place < bytes.length; place += 1) {
      found = CRC[(found ^ bytes[place]) & 255] ^ (found >>> 8);
    }
    return (found ^ 0xffffffff) >>> 0;
  }

  function fields(widths, values) {
    const view = new DataView(new ArrayBuffer(widths.reduce((sum, width) => sum + width, 0)));
    let at = 0;
    widths.forEach((width, place) => {
      if (width === 4) view.setUint32(at, values[place], true);
      else view.setUint16(at, values[place], true);
      at += width;
    });
    return new Uint8Array(view.buffer);
  }

  /* A ZIP without compression: what is in a PDF is compressed already. */
  function archive(files) {
    const parts = [];
    const index = [];
    let offset = 0;
    files.forEach(({ name, bytes }) => {
      const title = new TextEncoder().encode(name);
      const facts = [20, 0x800, 0, 0, 0x21, checksum(bytes), bytes.length, bytes.length, title.length];
      const widths = [2, 2, 2, 2, 2, 4, 4, 4, 2];
      parts.push(fields([4, ...widths, 2], [0x04034b50, ...facts, 0]), title, bytes);
      index.push(
        fields([4, 2, ...widths, 2, 2, 2, 2, 4, 4], [0x02014b50, 20, ...facts, 0, 0, 0, 0, 0, offset]),
        title,
      );
      offset += 30 + title.length + bytes.length;
    });
    const length = index.reduce((sum, part) => sum + part.length, 0);
    const count = files.length;
    const end = [0x06054b50, 0, 0, count, count, length, offset, 0];
    return new Blob([...parts, ...index, fields([4, 2, 2, 2, 2, 4, 4, 2], end)], {
      type: "application/zip",
    });
  }

  function nameOf(response) {
    const found = /filename="([^"]+)"/.exec(response.headers.get("Content-Disposition") || "");
    return found ? found[1] : "page.pdf";
  }

  async function fetchPage(edition, code, language, signal) {
    const query = new URLSearchParams({ language, code });
    const response = await fetch("/api/evaluations/" + edition + "/pages.pdf?" + query, { signal });
    if (!response.ok) throw new Error((await response.json()).error);
    return { name: nameOf(response), bytes: new Uint8Array(await response.arrayBuffer()) };
  }

  function save(blob, name) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  }

  function show(panel, texts, made, of, words) {
    const progress = panel.querySelector(".report-pages-progress");
    progress.hidden = false;
    progress.querySelector("progress").max = of;
    progress.querySelector("progress").value = made;
    progress.querySelector("span").textContent = words;
  }

  async function fetchAll(panel, edition, codes, language, signal) {
    const files = new Array(codes.length);
    let next = 0;
    let made = 0;
    const count = (n) => n.toLocaleString(document.documentElement.lang);
    const say = () => show(panel, panel.dataset, made, codes.length,
      panel.dataset.made.replace("{made}", count(made)).replace("{n}", count(codes.length)));
    async function work() {
      while (next < codes.length) {
        const place = next;
        next += 1;
        files[place] = await fetchPage(edition, codes[place], language, signal);
        made += 1;
        say();
      }
    }
    say();
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    return files;
  }

  async function make(button) {
    const panel = button.closest(".report-pages");
    const of = panel.querySelector(".report-page-of");
    const language = panel.querySelector(".report-page-language").value;
    const codes = of.value ? [of.value] : Array.from(of.options, (one) => one.value).filter(Boolean);
    const stop = panel.querySelector("[data-report-stop]");
    const begin = performance.now();
    stopping = new AbortController();
    button.disabled = true;
    stop.hidden = false;
    try {
      const files = await fetchAll(panel, button.dataset.reportPages, codes, language, stopping.signal);
      if (of.value) save(new Blob([files[0].bytes], { type: "application/pdf" }), files[0].name);
      else save(archive(files), panel.dataset.stem + "-" + language + ".zip");
      const seconds = Math.round((performance.now() - begin) / 1000);
      show(panel, panel.dataset, codes.length, codes.length, panel.dataset.done
        .replace("{n}", codes.length.toLocaleString(document.documentElement.lang))
        .replace("{seconds}", seconds));
    } catch (error) {
      stopping.abort();
      panel.querySelector(".report-pages-progress").hidden = true;
      if (error instanceof TypeError) pantau.notice(pantau.config().texts.unreachable);
      else if (error.name !== "AbortError") pantau.notice(error.message);
    } finally {
      button.disabled = false;
      stop.hidden = true;
    }
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest && event.target.closest("[data-report-pages]");
    if (button) make(button);
    else if (event.target.closest && event.target.closest("[data-report-stop]")) stopping.abort();
  });
})();
