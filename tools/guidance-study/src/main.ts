import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { contactSheet, encodePng, enlarge, type RgbImage } from "@glissade/core";
import { type SweepResults, settingName, sweepPlots, sweptImages } from "@glissade/evaluate";
import { main as glissade } from "glissade";
import { studyPage } from "./study-page.ts";

const command = "npm run guidance-study";
const usage = `${command} -- [--samples 500] [--out docs] [--work .data/guidance-study] [--report]

Sweeps classifier-free and CLIP guidance over their scales with the embedded model and its held-out captions, and writes guidance-study.md with its plots. Takes half an hour on two cores; stopped or killed, it goes on with the same command.

  --report   only write the page anew, from the results in WORK`;

const sweep = [
  "--guidance",
  "cfg,clip",
  "--scales",
  "1,1.5,2,3,5,8",
  "--clip-scales",
  "0,1,2,4,8,16",
  "--samplers",
  "dpmpp-2m",
  "--steps",
  "12",
];

/** Captions that the page shows, and the settings, by strategy and scale. */
const shownCaptions = 12;
const shownSettings = ["cfg 1", "cfg 3", "cfg 8", "clip 4", "clip 16"];

const { values } = parseArgs({
  options: {
    samples: { type: "string", default: "500" },
    out: { type: "string", default: "docs" },
    work: { type: "string", default: join(".data", "guidance-study") },
    report: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});
if (values.help) console.log(usage);
else process.exitCode = await study();

async function study(): Promise<number> {
  if (!values.report) {
    await mkdir(values.work, { recursive: true });
    const code = await sample();
    if (code !== 0) return code;
  }
  const results: SweepResults = JSON.parse(
    await readFile(join(values.work, "results.json"), "utf8"),
  );
  await writePage(results);
  return 0;
}

async function sample(): Promise<number> {
  const controller = new AbortController();
  process.once("SIGINT", () => controller.abort(new Error("Interrupted.")));
  const { stdout, stderr } = process;
  return glissade(
    ["evaluate", "sweep", "--out", values.work, "--samples", values.samples, ...sweep],
    { stdout, stderr, signal: controller.signal },
  );
}

async function writePage(results: SweepResults): Promise<void> {
  const folder = join(values.out, "guidance-study");
  await mkdir(folder, { recursive: true });
  const plots = await sweepPlots(results);
  for (const { name, svg } of plots) await writeFile(join(folder, `${name}.svg`), svg);
  const captions: string[] = JSON.parse(
    await readFile(createRequire(import.meta.url).resolve(results.captions.name), "utf8"),
  );
  const shown = results.settings.filter(({ strategy, scale }) =>
    shownSettings.includes(`${strategy} ${scale}`),
  );
  const images: RgbImage[] = [];
  for (const setting of shown)
    for await (const batch of sweptImages(values.work, setting, shownCaptions))
      images.push(...batch);
  await writeFile(
    join(folder, "samples.png"),
    encodePng(enlarge(contactSheet(images, { columns: shownCaptions, margin: 1 }), 2)),
  );
  const page = studyPage(results, {
    command,
    plots: plots.map(({ name, title }) => ({ title, path: `guidance-study/${name}.svg` })),
    samples: {
      path: "guidance-study/samples.png",
      rows: shown.map(settingName),
      captions: captions.slice(0, shownCaptions),
    },
  });
  const path = join(values.out, "guidance-study.md");
  await writeFile(path, page);
  console.log(path);
}
