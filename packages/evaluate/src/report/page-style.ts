/** The report's looks: light or dark as the reader has it, narrow screens, paper. */
export const pageStyle = `
:root { color-scheme: light dark; --paper: #ffffff; --ink: #1d2329; --faint: #57606a; --rule: #d8dee4; --band: #f4f6f8; --link: #1f5fd0; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #14181d; --ink: #e4e8ec; --faint: #9aa5b1; --rule: #333c46; --band: #1c2229; --link: #79aaff; }
}
body { background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 1400px; overflow-wrap: anywhere; padding: 16px; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 8px 0; }
h2 { border-bottom: 1px solid var(--rule); font-size: 1.25rem; margin: 40px 0 12px; padding-bottom: 4px; }
a { color: var(--link); }
figure { margin: 0; min-width: 0; }
figcaption, .faint { color: var(--faint); font-size: 0.9rem; }
code { font: 0.85rem/1.5 ui-monospace, monospace; }
table { border-collapse: collapse; }
th, td { border-bottom: 1px solid var(--rule); padding: 4px 16px 4px 0; text-align: left; vertical-align: top; }
.facts th { font-weight: 600; min-width: 7em; }
.scroll { overflow-x: auto; }
.numbers { font-size: 0.85rem; font-variant-numeric: tabular-nums; overflow-wrap: normal; }
.numbers th[scope=row] { background: var(--paper); font-weight: 400; left: 0; max-width: 22em; min-width: 8em; position: sticky; }
.numbers thead th { vertical-align: bottom; }
.numbers td, .numbers thead th + th { padding-right: 10px; text-align: right; white-space: nowrap; }
.numbers thead th + th { white-space: normal; }
.numbers tbody tr:hover > * { background: var(--band); }
.plots { display: grid; gap: 20px; grid-template-columns: repeat(auto-fit, minmax(min(100%, 400px), 1fr)); }
.plots figure { background: #ffffff; border: 1px solid var(--rule); border-radius: 6px; max-width: 560px; padding: 8px; }
.plots svg { display: block; height: auto; max-width: 100%; width: 100%; }
.grids { display: flex; flex-wrap: wrap; gap: 20px; }
.grids figure { max-width: 100%; }
.grids img { border: 1px solid var(--rule); display: block; height: auto; max-width: 100%; }
.small { image-rendering: pixelated; }
@media print {
  :root { --paper: #ffffff; --ink: #000000; --faint: #333333; --rule: #bbbbbb; --band: #ffffff; --link: #000000; color-scheme: light; }
  body { max-width: none; padding: 0; }
  figure, tr { break-inside: avoid; }
  h2 { break-after: avoid; }
  .plots { grid-template-columns: 1fr 1fr; }
  .scroll { overflow: visible; }
  .numbers { font-size: 6.5pt; }
  .numbers td, .numbers th, .numbers thead th + th { padding-right: 4px; }
  .numbers th[scope=row] { min-width: 0; position: static; }
}
`;
