import { InvalidArgumentError } from "@glissade/core";
import type { SweepResults } from "../sweep/sweep-results.ts";

/**
 * What the measures that depend on the network are called: "FID" and "KID" are Inception's alone.
 */
export interface MetricNames {
  readonly fid: string;
  readonly sfid: string;
  readonly kid: string;
  /** The network: where they are not Inception's, its name has to stand with the numbers. */
  readonly network: string;
  readonly isInception: boolean;
}

/**
 * The names of a sweep's measures, after the network that measured all of its settings.
 *
 * @throws InvalidArgumentError where nothing was measured, or not everything by one network
 */
export function metricNames({ settings }: SweepResults): MetricNames {
  const [first, ...others] = settings.map(({ card }) => card.features);
  if (!first)
    throw new InvalidArgumentError({
      argument: "results.settings",
      received: settings,
      expected: "at least one measured setting",
    });
  const stranger = others.find(
    ({ name, sha256 }) => name !== first.name || sha256 !== first.sha256,
  );
  if (stranger) {
    throw new InvalidArgumentError({
      argument: "results.settings",
      received: `distances measured by ${first.name} and by ${stranger.name}${stranger.name === first.name ? " with other weights" : ""}`,
      expected: "settings that one network measured",
      hint: "Distances of two networks cannot stand beside each other: measure all settings with one.",
    });
  }
  const isInception = first.name.startsWith("inception");
  const names = isInception
    ? { fid: "FID", sfid: "sFID", kid: "KID" }
    : { fid: "Fréchet distance", sfid: "Spatial Fréchet distance", kid: "Kernel distance" };
  return { ...names, network: first.name, isInception };
}
