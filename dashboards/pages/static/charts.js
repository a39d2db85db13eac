// Draws every chart of a static page from the JSON beside it. Nothing is fetched; the data stands in the page.
(function () {
  "use strict";
  var CONFIG = JSON.parse(document.body.dataset.config || "{}");
  var PAPER_WIDTH = 660;

  function draw(div) {
    if (div.dataset.drawn) { return; }
    div.dataset.drawn = "yes";
    var spec = JSON.parse(document.getElementById(div.id + "-spec").textContent);
    Plotly.newPlot(div, spec.data, spec.layout, CONFIG);
    // paper is narrower than most screens: redraw for A4 and come back
    window.addEventListener("beforeprint", function () { Plotly.relayout(div, { width: PAPER_WIDTH }); });
    window.addEventListener("afterprint", function () { Plotly.relayout(div, { width: null, autosize: true }); });
  }

  // several looks of the same numbers: a button shows one, which is drawn when it is first seen
  document.querySelectorAll(".looks").forEach(function (looks) {
    looks.addEventListener("click", function (event) {
      var button = event.target.closest("button[data-look]");
      if (!button) { return; }
      looks.querySelectorAll("button").forEach(function (b) { b.setAttribute("aria-pressed", String(b === button)); });
      looks.querySelectorAll(".look").forEach(function (panel) {
        var chart = panel.querySelector(".chart");
        panel.classList.toggle("later", chart.id !== button.dataset.look);
        if (chart.id === button.dataset.look) { draw(chart); Plotly.Plots.resize(chart); }
      });
    });
  });

  document.querySelectorAll(".plotly-graph-div").forEach(function (div) {
    if (!div.closest(".later")) { draw(div); }
  });
  document.documentElement.setAttribute("data-charts", "drawn");
})();
