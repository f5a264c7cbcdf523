"""Style: how the page of a report looks, in light and dark, on narrow and wide screens, and on paper."""

STYLE = """\
:root {
  color-scheme: light dark;
  --paper: #ffffff; --ink: #1d2430; --soft: #5b6472; --faint: #d5d9e0; --panel: #f5f6f8;
  --good: #1f7a4d; --bad: #b3352f; --open: #8a6100; --hit: 63,127,217; --miss: 201,80,77;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14171c; --ink: #e6e9ee; --soft: #a0a8b4; --faint: #3a414c; --panel: #1d2128;
    --good: #5fc493; --bad: #ee837d; --open: #e2b04a;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  overflow-wrap: anywhere;
}
main { max-width: 1080px; margin: 0 auto; padding: 24px 20px 8px; }
header { border-bottom: 1px solid var(--faint); padding-bottom: 8px; }
h1 { font-size: 1.75rem; line-height: 1.2; margin: 0 0 8px; }
h2 { font-size: 1.25rem; margin: 36px 0 10px; }
h3 { font-size: 1rem; margin: 22px 0 6px; }
p { margin: 6px 0; max-width: 75ch; }
.question { font-size: 1.1rem; }
.note, figcaption { color: var(--soft); font-size: 0.86rem; }
.verdict {
  font-size: 1.15rem; font-weight: 600; padding: 12px 14px; margin: 0 0 14px; background: var(--panel);
  border-left: 4px solid var(--open); max-width: none;
}
.verdict span { font-weight: 400; font-size: .9em; }
.verdict.good { border-color: var(--good); }
.verdict.bad { border-color: var(--bad); }
.wide { overflow-x: auto; margin: 10px 0; }
table { border-collapse: collapse; font-size: 0.9rem; overflow-wrap: normal; }
th, td { text-align: left; padding: 5px 14px 5px 0; vertical-align: top; }
th, td { border-bottom: 1px solid var(--faint); }
thead th { color: var(--soft); font-weight: 600; max-width: 26ch; min-width: min-content; }
th, td { overflow-wrap: break-word; max-width: 44ch; }
.wide { max-width: 100%; }
tbody th { font-weight: 600; min-width: 7ch; }
td { min-width: 6ch; }
table.numbers td { font-variant-numeric: tabular-nums; white-space: nowrap; }
.ends { color: var(--soft); font-size: 0.85em; white-space: nowrap; }
table.columns td:nth-child(5), table.columns td:nth-child(6) { min-width: 22ch; }
table.confusion { border-spacing: 2px; border-collapse: separate; }
table.confusion td { border: 0; text-align: right; padding: 8px 12px; font-variant-numeric: tabular-nums; }
table.confusion th { border: 0; padding: 8px 10px 8px 0; }
table.confusion thead th { text-align: right; }
table.confusion thead th:first-child { text-align: left; }
td.hit { background: rgba(var(--hit), calc(0.06 + 0.5 * var(--share))); }
td.miss { background: rgba(var(--miss), calc(0.04 + 0.5 * var(--share))); }
.figures { display: grid; gap: 14px 28px; }
.figures { grid-template-columns: repeat(auto-fit, minmax(min(100%, 400px), 1fr)); }
figure { margin: 8px 0; min-width: 0; }
svg { width: 100%; height: auto; display: block; color: var(--ink); }
svg text { font-family: system-ui, -apple-system, "Segoe UI", Roboto, Arial, sans-serif !important; }
ul { margin: 6px 0; padding-left: 22px; max-width: 75ch; }
li { margin: 4px 0; }
pre {
  background: var(--panel); border: 1px solid var(--faint); border-radius: 6px; padding: 10px 12px;
  overflow-x: auto; font-size: 0.86rem; overflow-wrap: normal;
}
code { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
footer { max-width: 1080px; margin: 0 auto; padding: 20px; color: var(--soft); font-size: 0.82rem; }
@media (max-width: 480px) {
  main { padding: 16px 12px 4px; }
  h1 { font-size: 1.45rem; }
  th, td { padding-right: 10px; }
  .ends { display: block; }
}
@media print {
  :root {
    color-scheme: light;
    --paper: #fff; --ink: #000; --soft: #444; --faint: #ccc; --panel: #f3f3f3;
    --good: #1f7a4d; --bad: #b3352f; --open: #8a6100;
  }
  body { font-size: 10.5pt; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  main { max-width: none; padding: 0; }
  h2, h3 { break-after: avoid; }
  figure, tr, .verdict, pre { break-inside: avoid; }
  .figures { grid-template-columns: 1fr 1fr; }
  .wide { overflow: visible; }
  pre { white-space: pre-wrap; }
}
"""
