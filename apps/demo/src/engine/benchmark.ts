import type { GlideLike } from "@glissade/core";

/** One measurement of a backend on a provider. */
export interface BenchmarkRow {
  readonly backend: string;
  readonly provider: string;
  readonly threads: string;
  readonly loadMilliseconds: number | undefined;
  /**
   * Median time of a step of one image under classifier-free guidance: one pass of two rows
   * through the base network.
   */
  readonly passMilliseconds: number;
  /** A whole image, upsampled. */
  readonly imageMilliseconds: number;
  readonly megabytes: number | undefined;
}

/** Times one image after one for warming up. @throws what the run throws */
export async function benchmark(
  glide: GlideLike,
  details: Pick<BenchmarkRow, "threads" | "loadMilliseconds">,
  signal: AbortSignal,
): Promise<BenchmarkRow> {
  await glide.generate({ prompt: "red apple", seed: 1, steps: 2, signal });
  const passes: number[] = [];
  const begun = performance.now();
  let last = begun;
  for await (const { stage } of glide.generate({
    prompt: "red apple",
    seed: 1,
    steps: 10,
    signal,
  })) {
    const now = performance.now();
    if (stage === "base") passes.push(now - last);
    last = now;
  }
  return {
    backend: glide.backend,
    provider: glide.provider ?? "unknown",
    ...details,
    passMilliseconds: median(passes.slice(1)), // the first includes the text
    imageMilliseconds: performance.now() - begun,
    megabytes: await memoryMegabytes(),
  };
}

/** The table as Markdown, for sharing. */
export function benchmarkTable(rows: readonly BenchmarkRow[], machine: string): string {
  const cells = rows.map(
    ({
      backend,
      provider,
      threads,
      loadMilliseconds,
      passMilliseconds,
      imageMilliseconds,
      megabytes,
    }) =>
      [
        backend,
        provider,
        threads,
        ...[loadMilliseconds, passMilliseconds, imageMilliseconds, megabytes].map(rounded),
      ].join(" | "),
  );
  return [
    `Glissade, embedded model, ${machine}`,
    "",
    "| backend | provider | threads | load, ms | network call, ms | image of 10 steps, ms | memory, MB |",
    "| --- | --- | --- | --- | --- | --- | --- |",
    ...cells.map((row) => `| ${row} |`),
  ].join("\n");
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [upper = Number.NaN, lower = Number.NaN] = [sorted[middle], sorted[middle - 1]];
  return sorted.length % 2 === 1 ? upper : (lower + upper) / 2;
}

function rounded(value: number | undefined): string {
  return value === undefined ? "not told" : String(Math.round(value));
}

/**
 * Chromium asks every worker; a thread that waits for work in WebAssembly may not answer for
 * minutes.
 */
const memoryPatience = 20_000;

/** Of the page and its workers, where the browser tells, and does so in time. */
async function memoryMegabytes(): Promise<number | undefined> {
  const measure =
    "measureUserAgentSpecificMemory" in performance
      ? performance.measureUserAgentSpecificMemory
      : undefined;
  if (typeof measure !== "function") return undefined;
  try {
    const told: Promise<{ bytes: number }> = measure.call(performance); // the standard's own result
    const late = new Promise<undefined>((resolve) => setTimeout(resolve, memoryPatience));
    const memory = await Promise.race([told, late]);
    return memory && memory.bytes / 1e6;
  } catch {
    return undefined;
  }
}
