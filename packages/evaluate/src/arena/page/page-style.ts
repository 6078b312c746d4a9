/** The looks of both pages. */
export const pageStyle = `
:root {
  color-scheme: light dark;
  --paper: #ffffff; --ink: #1d2329; --faint: #57606a; --rule: #c9d1d9; --button: #f3f5f7; --pressed: #e3e8ee; --accent: #1f5fd0; --alarm: #b3261e;
}
@media (prefers-color-scheme: dark) {
  :root { --paper: #14181d; --ink: #e4e8ec; --faint: #9aa5b1; --rule: #3b4550; --button: #1f262e; --pressed: #2c3641; --accent: #79aaff; --alarm: #ffb4a9; }
}
* { box-sizing: border-box; }
[hidden] { display: none !important; }
body { background: var(--paper); color: var(--ink); font: 16px/1.45 system-ui, sans-serif; margin: 0 auto; max-width: 1120px; padding: 12px; }
h1 { font-size: clamp(1.15rem, 4vw, 1.5rem); line-height: 1.25; margin: 8px 0; }
h2 { font-size: 1.2rem; margin: 32px 0 4px; }
h3 { font-size: 1rem; margin: 20px 0 4px; }
p { margin: 4px 0; overflow-wrap: anywhere; }
button, input { background: var(--button); border: 1px solid var(--rule); border-radius: 8px; color: inherit; font: inherit; min-height: 48px; padding: 8px 16px; }
button { cursor: pointer; touch-action: manipulation; }
button:active { background: var(--pressed); }
button:disabled { color: var(--faint); cursor: default; opacity: 0.65; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
kbd { border: 1px solid var(--rule); border-radius: 4px; font: inherit; padding: 0 5px; }
.faint { color: var(--faint); font-size: 0.9rem; }
.unseen { clip-path: inset(50%); height: 1px; margin: 0; overflow: hidden; position: absolute; white-space: nowrap; width: 1px; }
.voting main { text-align: center; }
.voting header { align-items: center; display: flex; gap: 12px; }
progress { accent-color: var(--accent); flex: 1; height: 10px; min-width: 60px; }
#count { font-variant-numeric: tabular-nums; }
#caption { font-size: 1.1rem; font-style: italic; }
#contest { margin: 0 auto; max-width: min(100%, calc((100vh - 320px) * 2 + 12px)); min-width: min(100%, 480px); }
.images { display: grid; gap: 12px; grid-template-columns: 1fr 1fr; margin: 12px 0; touch-action: pan-y pinch-zoom; user-select: none; -webkit-user-select: none; }
.image { aspect-ratio: 1; border-radius: 8px; min-width: 0; overflow: hidden; padding: 0; }
.image img { animation: appear 120ms ease-out; display: block; height: 100%; object-fit: contain; pointer-events: none; width: 100%; }
.image img.small { image-rendering: pixelated; }
@media (hover: hover) { .image:hover, .choices button:hover { border-color: var(--accent); } }
@keyframes appear { from { opacity: 0; } }
@media (prefers-reduced-motion: reduce) { .image img { animation: none; } }
@media (max-height: 480px) {
  .voting h1 { font-size: 1.05rem; margin: 0; }
  #contest { max-width: min(100%, calc((100vh - 212px) * 2 + 12px)); min-width: min(100%, 300px); }
  .images { margin: 6px 0; }
}
.choices { display: grid; gap: 12px; grid-template-columns: 1fr 1fr 1fr; }
.choices button { font-weight: 600; min-width: 0; padding: 8px 4px; }
footer { align-items: center; border-top: 1px solid var(--rule); display: flex; flex-wrap: wrap; gap: 8px 16px; margin-top: 20px; padding-top: 12px; }
.voting footer p { flex-basis: 100%; }
.voting footer label { align-items: center; display: flex; flex: 1; flex-wrap: wrap; font-size: 0.9rem; gap: 4px 8px; justify-content: flex-end; }
#name { max-width: 100%; width: 12rem; }
#sending:empty, #message:empty { display: none; }
#sending, .alarm { color: var(--alarm); }
@media (hover: none) { .keys { display: none; } }
@media (hover: hover) { .touch { display: none; } }
.results form { display: grid; gap: 8px; justify-items: start; max-width: 36rem; }
.results input { max-width: 100%; width: 22rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { border-bottom: 1px solid var(--rule); padding: 6px 16px 6px 0; text-align: left; }
td.number, th.number { text-align: right; }
td.number { white-space: nowrap; }
th { font-weight: 600; overflow-wrap: break-word; vertical-align: bottom; }
th[scope="row"] { max-width: 16rem; min-width: 7rem; vertical-align: middle; }
th[scope="col"] { max-width: 10rem; }
.chances th[scope="col"] { min-width: 7rem; }
.bar { height: 22px; min-width: 140px; width: 220px; display: block; }
.bar line { stroke: var(--accent); stroke-width: 2; }
.bar line.zero { stroke: var(--rule); stroke-width: 1; }
.bar circle { fill: var(--accent); }
@media (max-width: 560px) { .drawn { display: none; } th, td { padding-right: 12px; } }
.note { border-left: 4px solid var(--accent); margin: 8px 0; padding: 2px 12px; }
`;
