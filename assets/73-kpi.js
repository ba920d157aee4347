/* The KPI page: what an "i" opens, the way down the districts, printing, and what still waits. */
(function () {
  "use strict";

  const pantau = (window.pantau = window.pantau || {});
  const clientside = (window.dash_clientside = window.dash_clientside || {});

  /* ---- what stands behind a number ---- */

  function close(but) {
    document.querySelectorAll("[data-info][aria-expanded='true']").forEach((button) => {
      if (button === but) return;
      button.setAttribute("aria-expanded", "false");
      document.getElementById(button.dataset.info).hidden = true;
    });
  }

  function toggle(button) {
    const place = document.getElementById(button.dataset.info);
    close(button);
    place.hidden = !place.hidden;
    button.setAttribute("aria-expanded", String(!place.hidden));
    if (!place.hidden) keepInView(place);
  }

  /* Never beyond an edge of the page. */
  function keepInView(place) {
    place.style.translate = "";
    const frame = document.getElementById("content").getBoundingClientRect();
    const box = place.getBoundingClientRect();
    const right = Math.min(frame.right, window.innerWidth) - 8;
    const shift = Math.min(0, right - box.right) + Math.max(0, frame.left + 8 - box.left);
    if (shift) place.style.translate = shift + "px 0";
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-info]");
    if (button) return toggle(button);
    if (!event.target.closest(".kpi-popover")) close();
    const drill = event.target.closest("[data-drill]");
    if (drill) return pantau.setValue("filter-districts", drill.dataset.drill === "-" ? [] : [drill.dataset.drill]);
    const unit = event.target.closest("[data-toggle-unit]");
    if (unit) return pantau.toggle("unit", unit.dataset.toggleUnit, event.shiftKey || event.ctrlKey || event.metaKey);
    if (event.target.closest("[data-print]")) window.print();
  });

  document.addEventListener("keydown", (event) => {
    const open = event.key === "Escape" && document.querySelector("[data-info][aria-expanded='true']");
    if (!open) return;
    close();
    open.focus();
  });

  /* ---- on paper ---- */

  const PAPER = 320; // px, the width of a chart in assets/52-print.css

  function fit(width) {
    if (!window.Plotly) return;
    document.querySelectorAll(".kpi-page .js-plotly-plot").forEach((chart) => {
      window.Plotly.relayout(chart, width ? { width: width, autosize: false } : { width: null, autosize: true });
    });
  }

  window.addEventListener("beforeprint", () => { close(); fit(PAPER); });
  window.addEventListener("afterprint", () => fit(null));

  /* ---- the old picture stays, dimmed, until the new one has come ---- */

  function wait(section, isWaiting) {
    section.classList.toggle("waiting", isWaiting);
    section.setAttribute("aria-busy", String(isWaiting));
  }

  /* What was asked for may never come when something has failed. */
  document.addEventListener("pantau:notice", () => {
    document.querySelectorAll(".kpi-page .waiting").forEach((section) => wait(section, false));
  });

  clientside.pantau = Object.assign(clientside.pantau || {}, {
    kpiWait: function () {
      document.querySelectorAll(".kpi-page [data-waits]").forEach((section) => wait(section, true));
    },
    drawKpi: function (parts, place) {
      clientside.pantau.draw(parts, place);
      const drawn = document.getElementById(place);
      if (drawn) wait(drawn.closest("[data-waits]"), !parts);
    },
  });
})();
