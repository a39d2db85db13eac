// Draws every chart of a page from the JSON beside it. Nothing is fetched; the data stands in the page.
(function () {
  "use strict";
  var CONFIG = { displayModeBar: false, displaylogo: false, responsive: true, scrollZoom: false, doubleClick: false };

  var PAPER_WIDTH = 660;

  function height(div, spec) {
    // a narrow screen wraps the legend onto more lines: give it room instead of squeezing the plot
    return spec.layout.height + (div.clientWidth < 520 ? 26 * Math.max(1, legendEntries(spec) - 1) : 0);
  }

  function legendEntries(spec) {
    var n = spec.data.filter(function (t) { return t.name && t.showlegend !== false; }).length;
    return n > 4 ? Math.ceil(n / 3) : n;
  }

  function draw(div) {
    var spec = JSON.parse(document.getElementById(div.id + "-spec").textContent);
    function layout() {
      var px = height(div, spec);
      div.style.height = px + "px";
      return Object.assign({}, spec.layout, { height: px, autosize: true });
    }
    Plotly.newPlot(div, spec.data, layout(), CONFIG);
    var narrow = div.clientWidth < 520;
    window.addEventListener("resize", function () {
      if ((div.clientWidth < 520) !== narrow) {
        narrow = !narrow;
        Plotly.react(div, spec.data, layout(), CONFIG);
      }
    });
    // paper is narrower than most screens: redraw for A4 and come back
    window.addEventListener("beforeprint", function () { Plotly.relayout(div, { width: PAPER_WIDTH }); });
    window.addEventListener("afterprint", function () { Plotly.relayout(div, { width: null, autosize: true }); });
  }

  document.querySelectorAll(".plotly-graph-div").forEach(draw);
  document.documentElement.setAttribute("data-charts", "drawn");
})();
