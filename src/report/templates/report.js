(function () {
  "use strict";
  document.documentElement.classList.add("js");
  var search = document.getElementById("school-filter");
  var table = document.getElementById("schools-table");
  if (!search || !table) { return; }
  var body = table.tBodies[0];
  var shown = document.getElementById("schools-shown");
  function filter() {
    var wanted = search.value.trim().toLowerCase();
    var count = 0;
    Array.prototype.forEach.call(body.rows, function (row) {
      var match = row.cells[0].textContent.toLowerCase().indexOf(wanted) >= 0;
      row.hidden = !match;
      if (match) { count += 1; }
    });
    shown.textContent = count + " of " + body.rows.length + " shown";
  }
  search.addEventListener("input", filter);
  Array.prototype.forEach.call(table.tHead.rows[0].cells, function (head, column) {
    if (head.hasAttribute("data-plain")) { return; }
    var button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    head.textContent = "";
    head.appendChild(button);
    button.addEventListener("click", function () {
      var down = head.getAttribute("aria-sort") !== "descending";
      Array.prototype.forEach.call(table.tHead.rows[0].cells, function (h) { h.removeAttribute("aria-sort"); });
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      var rows = Array.prototype.slice.call(body.rows);
      var value = function (row) {
        var text = row.cells[column].textContent.trim();
        var number = parseFloat(text.replace(/,/g, ""));
        return head.classList.contains("n") ? (isNaN(number) ? -1 : number) : text.toLowerCase();
      };
      rows.sort(function (a, b) {
        var x = value(a), y = value(b);
        return (x < y ? -1 : x > y ? 1 : 0) * (down ? -1 : 1);
      });
      rows.forEach(function (row) { body.appendChild(row); });
    });
  });
  filter();
})();
