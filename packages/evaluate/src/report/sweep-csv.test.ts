import { describe, expect, it } from "vitest";
import { guidanceSweep, withMetrics, withSettings } from "./__fixtures__/guidance-sweep.ts";
import { sweepCsv } from "./sweep-csv.ts";

/** RFC 4180, section 2, letter by letter. */
function parseCsv(csv: string): string[][] {
  const records: string[][] = [[]];
  let [field, isQuoted] = ["", false];
  for (let i = 0; i < csv.length; i++) {
    const letter = csv[i] ?? "";
    if (isQuoted && letter === '"' && csv[i + 1] === '"') field += csv[++i];
    else if (letter === '"') isQuoted = !isQuoted;
    else if (isQuoted) field += letter;
    else if (letter === ",") {
      records.at(-1)?.push(field);
      field = "";
    } else if (letter === "\r" && csv[i + 1] === "\n") {
      records.at(-1)?.push(field);
      field = "";
      i++;
      if (i < csv.length - 1) records.push([]);
    } else field += letter;
  }
  return records;
}

function recordsOf(csv: string): Record<string, string>[] {
  const [header = [], ...rows] = parseCsv(csv);
  return rows.map((row) => {
    expect(row).toHaveLength(header.length);
    return Object.fromEntries(header.map((name, index) => [name, row[index] ?? ""]));
  });
}

describe("sweepCsv", () => {
  it("has every number of every setting without rounding, in the results' order", () => {
    const results = withMetrics(guidanceSweep(), ({ metrics }) => ({
      ...metrics,
      fid: metrics.fid / 3,
      kid: { mean: -metrics.fid / 7e9, deviation: 1 / 3 },
    }));
    const records = recordsOf(sweepCsv(results));
    expect(records).toHaveLength(10);
    records.forEach((record, index) => {
      const { strategy, scale, metrics } = results.settings[index] ?? expect.fail();
      expect(record).toMatchObject({
        strategy,
        sampler: "ddim",
        steps: "50",
        features: "inception-v3-fid",
      });
      expect(Number(record.scale)).toBe(scale);
      expect(Number(record.fid)).toBe(metrics.fid);
      expect(Number(record.kid)).toBe(metrics.kid.mean);
      expect(Number(record.kid_deviation)).toBe(1 / 3);
      expect(Number(record.r_precision)).toBe(metrics.rPrecision?.precision);
    });
  });

  it("leaves empty what was not measured or is no number, under the same columns", () => {
    const [header] = sweepCsv(guidanceSweep()).split("\r\n");
    const without = withMetrics(
      guidanceSweep(),
      ({
        metrics: { inceptionScore: _, clipScore: __, rPrecision: ___, sfid: ____, ...rest },
      }) => ({
        ...rest,
        fid: Number.NaN,
      }),
    );
    const csv = sweepCsv(without);
    expect(csv.split("\r\n")[0]).toBe(header);
    expect(csv).not.toMatch(/NaN|undefined|Infinity/);
    for (const record of recordsOf(csv))
      expect(record).toMatchObject({
        fid: "",
        sfid: "",
        inception_score: "",
        clip_score: "",
        r_precision: "",
        r_precision_chance: "",
      });
  });

  it("gives back text with quotes, commas and line breaks", () => {
    const sampler = 'say "ddim",\r\nor\nnothing';
    for (const record of recordsOf(
      sweepCsv(withSettings(guidanceSweep(), (setting) => ({ ...setting, sampler }))),
    ))
      expect(record.sampler).toBe(sampler);
  });

  it.each(["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", '=HYPERLINK("http://x","y")'])(
    "makes no formula of %j",
    (sampler) => {
      const [record] = recordsOf(
        sweepCsv(withSettings(guidanceSweep(), (setting) => ({ ...setting, sampler }))),
      );
      expect(record?.sampler).toBe(`'${sampler}`);
    },
  );
});
