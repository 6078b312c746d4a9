import { readFileSync } from "node:fs";
import { loadGlide } from "@glissade/core"; import { onnx } from "@glissade/backend-onnx"; import { emoji } from "@glissade/model-emoji";
import { openClipNetwork, openPictures, readFeatures, runSweep, sweepSettings } from "@glissade/evaluate";
const backend = onnx(); const glide = await loadGlide(emoji, { backend });
const captions = JSON.parse(readFileSync("packages/model-emoji/evaluation/captions.json", "utf8"));
const n = Number(process.argv[2]);
const clip = await openClipNetwork(emoji, { backend, classes: [...new Set<string>(captions.slice(0, n))] });
const reference = await readFeatures((await openPictures("packages/model-emoji/evaluation/held-out.npz")).batches(), clip, { name: "ref" });
const t = performance.now();
const run = runSweep({ glide, modelSha256: "x", captions, captionsName: "c", settings: sweepSettings({ strategies: ["cfg", "clip"], scales: { cfg: [0, 1, 2, 3, 5, 8], clip: [1, 3, 10, 30, 60] }, samplers: ["dpmpp-2m"], steps: [12] }), samples: n, seed: 0, reference, network: clip, clip, folder: "/tmp/sweep-try" });
for (;;) { const r = await run.next(); if (r.done) { for (const s of r.value.settings) { const m = s.metrics; console.log(s.strategy, s.scale, "fid", m.fid.toFixed(4), "kid", m.kid.mean.toFixed(5), "IS", m.inceptionScore?.toFixed(2), "P", m.precision.toFixed(3), "R", m.recall.toFixed(3), "D", m.density.toFixed(3), "C", m.coverage.toFixed(3), "clip", m.clipScore?.toFixed(3), "R-prec", m.rPrecision?.precision.toFixed(3), "div", m.diversity.toFixed(3), s.secondsPerPicture.toFixed(3)); } break; } }
console.log((performance.now() - t) / 1000);
