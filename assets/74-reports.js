/* Evaluations: the form by which an officer or a unit objects, and finding a unit in a table. */
(function () {
  "use strict";

  const pantau = (window.pantau = window.pantau || {});
  const clientside = (window.dash_clientside = window.dash_clientside || {});

  function send(form) {
    const said = form.querySelector(".form-said");
    const button = form.querySelector("button[type='submit']");
    const body = {};
    ["by", "subject", "text"].forEach((name) => { body[name] = form.elements[name].value; });
    button.disabled = true;
    pantau.ask("/api/evaluations/" + form.dataset.reportObjection + "/objections", body)
      .then((kept) => {
        said.textContent = "";
        form.elements.text.value = "";
        form.closest("details").open = false;
        pantau.notice(pantau.config().texts.objected.replace("{n}", kept.id));
        clientside.set_props("reports-changed", { data: Date.now() });
      })
      .catch((error) => { said.textContent = error.message; })
      .finally(() => { button.disabled = false; });
  }

  /* Rows whose name or code holds what is sought; a heading of rows stays. */
  function find(field) {
    const sought = field.value.trim().toLowerCase();
    field.nextElementSibling.querySelectorAll("tbody tr:not(.unranked-title)").forEach((row) => {
      row.hidden = !row.querySelector("th").textContent.toLowerCase().includes(sought);
    });
  }

  document.addEventListener("input", (event) => {
    if (event.target.matches("[data-report-find]")) find(event.target);
  });

  document.addEventListener("submit", (event) => {
    if (!event.target.dataset || !event.target.dataset.reportObjection) return;
    event.preventDefault();
    send(event.target);
  });
})();
