import { InvalidArgumentError } from "@glissade/core";
import type { FeatureNetworkCard } from "../features/feature-network.ts";
import type { SweepResults } from "../sweep/sweep-results.ts";

/**
 * The network that measured all settings of a sweep: metrics are named after it.
 *
 * @throws InvalidArgumentError if nothing was measured, or not everything by one network
 */
export function measuringNetwork({ settings }: SweepResults): FeatureNetworkCard {
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
    const weights = stranger.name === first.name ? " with other weights" : "";
    throw new InvalidArgumentError({
      argument: "results.settings",
      received: `distances measured by ${first.name} and by ${stranger.name}${weights}`,
      expected: "settings that one network measured",
      hint: "Distances of two networks do not compare: measure all settings with one network.",
    });
  }
  return first;
}
