#pragma once
#include <string_view>

namespace vtpu::runtime {

/// The page that TelemetryServer serves. Everything that it shows comes from `/telemetry.json`; it needs no network.
inline constexpr std::string_view kTelemetryPage = R"page(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>vTPU node</title>
<style>
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 20%, transparent); }
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; }
h1 { font-size: 1.3rem; margin: 0; }
h2 { font-size: 1rem; margin: 2rem 0 .4rem; }
p { margin: .2rem 0; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: .2rem .6rem; border-bottom: 1px solid var(--line); }
th { font-weight: 600; }
.text { text-align: left; }
#state { color: #b3261e; }
@media (prefers-color-scheme: dark) { #state { color: #f2b8b5; } }
</style>
</head>
<body>
<h1 id="program">vTPU node</h1>
<p id="summary"></p>
<p id="state" role="status"></p>
<h2>Workers</h2>
<table id="workers"></table>
<h2>Sentrons</h2>
<p id="shown"></p>
<table id="sentrons"></table>
<script>
const most = 500;
const element = id => document.getElementById(id);
const big = n => n >= 1e9 ? (n / 1e9).toFixed(2) + " G" : n >= 1e6 ? (n / 1e6).toFixed(2) + " M"
  : n >= 1e3 ? (n / 1e3).toFixed(1) + " k" : Number.isInteger(n) ? String(n) : n.toFixed(1);
function fill(table, heads, rows) {
  const row = (cells, kind) => {
    const tr = document.createElement("tr");
    cells.forEach((cell, i) => {
      const td = document.createElement(kind);
      td.textContent = cell;
      if (heads[i].text) td.className = "text";
      tr.append(td);
    });
    return tr;
  };
  table.replaceChildren(row(heads.map(h => h.name), "th"), ...rows.map(r => row(r, "td")));
}
const column = (name, text = false) => ({ name, text });
const ops = s => s.dense + s.sparse + s.coordination;
let before = null;
function show(now) {
  const seconds = before ? now.seconds - before.seconds : now.seconds;
  const rate = (list, i, of) => {
    const old = before && before[list][i] ? of(before[list][i]) : 0;
    return seconds > 0 ? (of(now[list][i]) - old) / seconds : 0;
  };
  element("program").textContent = now.program;
  const total = now.sentrons.reduce((sum, _, i) => sum + rate("sentrons", i, ops), 0);
  element("summary").textContent = `process ${now.process}, ${now.seconds.toFixed(1)} s, ` +
    `${now.workers.length} workers, ${now.sentrons.length} sentrons, ${big(total)} operations per second`;
  fill(element("workers"),
    ["worker", "cpu", "busy", "turns/s", "waits/s", "messages out/s", "messages in/s", "steals", "sleeps", "ready",
     "pending"].map(name => column(name)),
    now.workers.map((w, i) => [w.number, w.cpu ?? "any",
      (rate("workers", i, x => x.busy_nanoseconds) / 1e7).toFixed(0) + " %",
      big(rate("workers", i, x => x.turns)), big(rate("workers", i, x => x.waits)),
      big(rate("workers", i, x => x.sent)), big(rate("workers", i, x => x.taken)),
      big(w.steals), big(w.parks), w.ready, w.pending]));
  element("shown").textContent = now.sentrons.length > most ? `The first ${most} of ${now.sentrons.length}.` : "";
  fill(element("sentrons"),
    [column("sentron"), column("worker"), column("status", true), column("word"), column("waits for", true),
     column("operations/s"), column("dense"), column("sparse"), column("coordination"), column("cache hits"),
     column("misses")],
    now.sentrons.slice(0, most).map((s, i) => [s.number, s.worker, s.status, s.word, s.waits_for,
      big(rate("sentrons", i, ops)), big(s.dense), big(s.sparse), big(s.coordination), big(s.hits), big(s.misses)]));
  before = now;
}
async function ask() {
  try {
    const answer = await fetch("telemetry.json");
    if (!answer.ok) throw new Error("HTTP status " + answer.status);
    show(await answer.json());
    element("state").textContent = "";
    setTimeout(ask, 1000);
  } catch {
    element("state").textContent = "The node does not answer any more. What you see is its last answer.";
    setTimeout(ask, 3000);
  }
}
ask();
</script>
</body>
</html>
)page";

}  // namespace vtpu::runtime
