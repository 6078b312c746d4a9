/** A report's looks, after uPlot's own. */
export const reportStyle = `
:root { color-scheme: light dark; --paper: #ffffff; --ink: #1d2329; --faint: #57606a; --rule: #d8dee4; --raw: #a9c3ee; --smooth: #1f5fd0; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #14181d; --ink: #e4e8ec; --faint: #9aa5b1; --rule: #333c46; --raw: #3c5a8c; --smooth: #79aaff; }
}
body { background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 1100px; padding: 24px; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 8px; }
h2 { border-bottom: 1px solid var(--rule); font-size: 1.25rem; margin: 40px 0 12px; padding-bottom: 4px; }
h3 { font-size: 1rem; margin: 0 0 4px; }
a { color: var(--smooth); }
nav ul { display: flex; flex-wrap: wrap; gap: 4px 20px; list-style: none; padding: 0; }
pre { border: 1px solid var(--rule); border-radius: 6px; overflow-x: auto; padding: 12px; white-space: pre-wrap; overflow-wrap: anywhere; }
code, pre { font: 0.9rem/1.5 ui-monospace, monospace; }
table { border-collapse: collapse; }
th, td { border-bottom: 1px solid var(--rule); overflow-wrap: anywhere; padding: 3px 16px 3px 0; text-align: left; vertical-align: top; }
td.number, th.number { font-variant-numeric: tabular-nums; text-align: right; }
.curves { display: grid; gap: 28px 32px; grid-template-columns: repeat(auto-fit, minmax(min(100%, 460px), 1fr)); }
.curves figure { min-width: 0; }
figure { margin: 0; }
figcaption, .faint { color: var(--faint); font-size: 0.88rem; }
.chart { min-height: 300px; }
.numbers { max-height: 320px; overflow: auto; }
summary { cursor: pointer; font-size: 0.88rem; }
.images { display: flex; flex-wrap: wrap; gap: 20px; }
.images img { border: 1px solid var(--rule); height: auto; max-width: 100%; }
.images img.small { image-rendering: pixelated; }
.uplot, .uplot * { font-family: inherit; }
.u-legend { font-size: 0.85rem; }
.u-legend th, .u-legend td { border: 0; padding: 2px 4px; }
@media print { nav, details { display: none; } .curves figure { break-inside: avoid; } }
`;
