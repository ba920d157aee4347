/* Forms and buttons about layers that are there: description, style, restore, remove. */
(function () {
  "use strict";

  const pantau = (window.pantau = window.pantau || {});
  const upload = (pantau.upload = pantau.upload || {});

  /* {"name.id": "Sungai", size: "12"} as {name: {id: "Sungai"}, size: 12}; a box says true or false. */
  upload.valuesOf = function (form) {
    const values = {};
    [...form.elements].filter((field) => field.name).forEach((field) => {
      if (field.type === "radio" && !field.checked) return;
      const value = field.type === "checkbox" ? field.checked
        : field.type === "number" ? (field.value === "" ? undefined : Number(field.value)) : field.value;
      const [key, part] = field.name.split(".");
      if (part) values[key] = { ...values[key], [part]: value };
      else values[key] = value;
    });
    return values;
  };

  /* Without what was left empty: the server chooses there. */
  function styleOf(form) {
    const { by, ...style } = upload.valuesOf(form);
    if (by && by.field) style.by = by.method ? by : { field: by.field, classes: by.classes };
    Object.keys(style).forEach((key) => { if (style[key] === "" || style[key] === undefined) delete style[key]; });
    return { style: style };
  }

  function save(form) {
    const act = form.dataset.layerForm;
    const said = form.querySelector(".form-said");
    const button = form.querySelector("button[type='submit']");
    const body = act === "style" ? styleOf(form) : upload.valuesOf(form);
    button.disabled = true;
    pantau.ask("/api/layers/" + encodeURIComponent(form.dataset.layer) + "/" + act, body)
      .then(() => {
        said.textContent = "";
        pantau.notice(pantau.config().texts.saved);
        upload.changed();
      })
      .catch((error) => { said.textContent = error.message; })
      .finally(() => { button.disabled = false; });
  }

  function act(button) {
    const { layerAct, layer, version } = button.dataset;
    const body = version ? { version: Number(version) } : {};
    button.disabled = true;
    pantau.ask("/api/layers/" + encodeURIComponent(layer) + "/" + layerAct, body)
      .then(() => {
        if (layerAct === "remove") return pantau.go("/layers");
        upload.changed();
      })
      .catch((error) => {
        pantau.notice(error.message);
        upload.changed();
      })
      .finally(() => { button.disabled = false; });
  }

  document.addEventListener("submit", (event) => {
    if (!event.target.dataset.layerForm) return;
    event.preventDefault();
    save(event.target);
  });

  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.dataset.opens) document.getElementById(button.dataset.opens).showModal();
    else if (button.dataset.closes) document.getElementById(button.dataset.closes).close();
    else if (button.dataset.layerAct) act(button);
  });
})();
