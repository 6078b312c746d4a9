import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encodePng, InvalidArgumentError, rgbImage } from "@glissade/core";
import { OutputFileError } from "@glissade/core/files";
import { embeddedJson, html } from "@glissade-tools/pages/html";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { renderReport, type TrainingReport, writeReport } from "./report.ts";
import {
  type CurvePoint,
  curvesOf,
  thinnedForDrawing,
  thinnedForReading,
} from "./report-curves.ts";
import type { TrainingRecord } from "./training-record.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "glissade-"));
});
afterEach(() => rm(folder, { recursive: true }));

const evil = `</script><img src=x onerror="alert('1')">\u2028&`;
const recordsOf = (
  count: number,
  values: (step: number) => Partial<TrainingRecord>,
): TrainingRecord[] =>
  Array.from({ length: count }, (_, index) => ({
    step: index + 1,
    time: index,
    samples: 32 * (index + 1),
    ...values(index + 1),
  }));

function reportOf(changes: Partial<TrainingReport> = {}): TrainingReport {
  return {
    title: "Emoji",
    config: { batch: 32 },
    dataset: "12 images",
    records: recordsOf(500, (step) => ({ loss: 1 / step })),
    ...changes,
  };
}

describe("a report", () => {
  it("lets nothing that it tells become markup", async () => {
    const page = await renderReport(
      reportOf({
        title: evil,
        command: evil,
        config: { [evil]: evil },
        dataset: evil,
        records: recordsOf(3, () => ({ [evil]: 1 })),
        images: [{ caption: evil, alt: evil, png: encodePng(rgbImage(1, 1)) }],
        timings: { [evil]: 1 },
        skipped: [{ file: evil, reason: evil }],
        notes: [evil],
      }),
    );
    expect(page).not.toContain("<img src=x");
    expect(page.match(/<\/script/g)).toHaveLength(2); // the curves' data and the program
    expect(page.match(/<img/g)).toHaveLength(1);
    expect(page).toContain(
      "&lt;/script&gt;&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;",
    );
  });

  it("allows only the style and the program that it contains, by their hashes, and no network", async () => {
    const page = await renderReport(reportOf());
    const policy =
      /Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1]?.replaceAll("&#39;", "'") ?? "";
    const hashOf = (text = "") => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
    const style = /<style>(.*?)<\/style>/s.exec(page)?.[1];
    const script = /<script>(.*?)<\/script>/s.exec(page)?.[1];
    expect(policy.split("; ")).toEqual([
      "default-src 'none'",
      `script-src ${hashOf(script)}`,
      `style-src ${hashOf(style)}`,
      "img-src data:",
      "base-uri 'none'",
      "form-action 'none'",
    ]);
    expect(
      [...page.matchAll(/\s(?:src|href)="([^"]*)"/g)]
        .map(([, address = ""]) => address)
        .filter((address) => !/^(#|data:)/.test(address)),
    ).toEqual([]);
    expect(page).toContain("uPlot");
    expect(page).not.toMatch(/\sstyle="/);
  });

  it("has the numbers behind each curve in a table of at most 200 rows, and in the data that is drawn", async () => {
    const page = await renderReport(reportOf());
    const [loss = ""] = /<tbody><tr><td class="number">1<.*?<\/tbody>/s.exec(page) ?? [];
    const rows = [
      ...loss.matchAll(/<tr><td class="number">(\d+)<\/td><td class="number">([^<]+)</g),
    ];
    expect(rows).toHaveLength(200);
    expect([rows[0]?.slice(1), rows.at(-1)?.slice(1)]).toEqual([
      ["1", "1"],
      ["500", "0.002"],
    ]);
    const [curve] = JSON.parse(/id="curve-data">(.*?)<\/script>/s.exec(page)?.[1] ?? "");
    expect(curve).toMatchObject({ name: "loss", against: "step", isLogarithmic: true });
    expect(curve.data[0]).toHaveLength(500);
    expect(curve.data[1][499]).toBe(0.002);
  });

  it("holds images as they were given, with their texts, small ones enlarged", async () => {
    const png = encodePng(rgbImage(100, 50));
    const page = await renderReport(
      reportOf({ images: [{ caption: "step 6000", alt: "a red apple", png }] }),
    );
    expect(page).toContain(
      `src="data:image/png;base64,${Buffer.from(png).toString("base64")}" alt="a red apple" width="200" height="100"`,
    );
    const notPng = renderReport(
      reportOf({ images: [{ caption: "", alt: "", png: new Uint8Array(30) }] }),
    );
    await expect(notPng).rejects.toSatisfy(
      InvalidArgumentError.isInstance.bind(InvalidArgumentError),
    );
  });

  it("can be made of a run that has recorded nothing", async () => {
    const page = await renderReport(reportOf({ records: [] }));
    expect(page).toContain("<td>none</td>");
    expect(page).not.toContain('id="curves"');
  });

  it("replaces the one before whole, and leaves it where the folder does not take another", async () => {
    const path = join(folder, "report.html");
    await writeFile(path, "before");
    await writeReport(path, reportOf());
    expect(await readFile(path, "utf8")).toBe(await renderReport(reportOf()));
    expect(await readdir(folder)).toEqual(["report.html"]);
    await expect(writeReport(join(folder, "missing", "report.html"), reportOf())).rejects.toThrow(
      OutputFileError,
    );
    await expect(
      writeReport(path, reportOf(), { signal: AbortSignal.abort("enough") }),
    ).rejects.toBe("enough");
  });
});

describe("curves", () => {
  it("come in a fixed order, the loss also against samples, what is unknown last", () => {
    const records = recordsOf(2, () => ({
      "loss/quartile 1": 1,
      skipped: 0,
      learningRate: 1,
      loss: 2,
    }));
    expect(curvesOf(records).map(({ title }) => title)).toEqual([
      "Loss against step",
      "Loss against samples",
      "Learning rate against step",
      "loss/quartile 1 against step",
    ]);
  });

  it("are smoothed without a pull to zero at the beginning, over the finite values", () => {
    const [loss] = curvesOf(recordsOf(150, (step) => ({ loss: step === 3 ? Number.NaN : 7 })));
    expect(loss?.window).toBe(3);
    for (const { smoothed } of loss?.points ?? []) expect(smoothed).toBeCloseTo(7, 12);
  });

  it("weigh the last values by halves for a window of three", () => {
    const [loss] = curvesOf(recordsOf(150, (step) => ({ loss: step })));
    // Weights 1, 1/2, 1/4 over their sum: (3 + 2/2 + 1/4) / 1.75.
    expect(loss?.points[2]?.smoothed).toBeCloseTo(4.25 / 1.75, 12);
  });

  it("keep every peak when thinned for drawing, and both ends when thinned for reading", () => {
    const points: CurvePoint[] = Array.from({ length: 100_000 }, (_, x) => ({
      x,
      value: x === 54_321 ? 1000 : Math.sin(x),
      smoothed: 0,
    }));
    const drawn = thinnedForDrawing(points, 3000);
    expect(drawn.length).toBeLessThanOrEqual(3000);
    expect(drawn.some(({ value }) => value === 1000)).toBe(true);
    expect(drawn.map(({ x }) => x)).toEqual(drawn.map(({ x }) => x).sort((a, b) => a - b));
    const read = thinnedForReading(points, 200);
    expect([read.length, read[0]?.x, read.at(-1)?.x]).toEqual([200, 0, 99_999]);
  });
});

describe("markup", () => {
  it("escapes what is put into it, but for markup", () => {
    expect(html`<p title="${'"'}">${"<&'"}${[html`<b>${1}</b>`, html`<i></i>`]}</p>`.html).toBe(
      '<p title="&quot;">&lt;&amp;&#39;<b>1</b><i></i></p>',
    );
  });

  it("embeds JSON that reads back and holds nothing that a page could take for its own", () => {
    const embedded = embeddedJson({ evil }).html;
    expect(embedded).not.toMatch(/[<>&\u2028]/);
    expect(JSON.parse(embedded)).toEqual({ evil });
  });
});
