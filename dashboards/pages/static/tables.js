// Sorts a table by the heading that is clicked: again for the other direction, a third time for the order as made.
(function () {
  "use strict";
  function value(row, at) {
    var cell = row.cells[at];
    var text = cell ? cell.getAttribute("data-sort") || cell.textContent.replace(/,/g, "").trim() : "";
    return { text: text, number: text !== "" && !isNaN(text) ? Number(text) : null };
  }
  document.addEventListener("click", function (event) {
    var button = event.target.closest && event.target.closest("button.sort");
    if (!button) { return; }
    var head = button.closest("th"), body = head.closest("table").tBodies[0];
    var rows = Array.from(body.rows), at = head.cellIndex;
    rows.forEach(function (row, i) { if (row.dataset.order === undefined) { row.dataset.order = i; } });
    var next = { none: "descending", descending: "ascending", ascending: "none" }[head.getAttribute("aria-sort") || "none"];
    Array.from(head.parentNode.cells).forEach(function (cell) { cell.removeAttribute("aria-sort"); });
    if (next !== "none") { head.setAttribute("aria-sort", next); }
    rows.sort(function (a, b) {
      if (next === "none") { return a.dataset.order - b.dataset.order; }
      var x = value(a, at), y = value(b, at), way = next === "ascending" ? 1 : -1;
      if ((x.number === null) !== (y.number === null)) { return x.number === null ? 1 : -1; }  // what has no number stays below
      if (x.number !== null) { return (x.number - y.number) * way; }
      return x.text.localeCompare(y.text, "zh") * way;
    });
    rows.forEach(function (row) { body.appendChild(row); });
  });
})();
