import type { Tensor } from "@glissade/core";
import {
  frechetDistance,
  gaussianFit,
  inceptionScore,
  type ManifoldMetrics,
  manifoldMetrics,
  neighbourRadii,
} from "@glissade/evaluate";
import { type CaseContext, NotSupported, type Tolerance } from "../case.ts";
import { floatsNamed, tensorNamed } from "../named-tensors.ts";

/**
 * i_metrics: Fréchet distance, precision and recall, and the Inception score of guided-diffusion's
 * evaluator, on given features.
 */
export default async function metrics(context: CaseContext): Promise<void> {
  if (context.tensors.has("in.probabilities")) return checkInceptionScore(context);
  if (!context.tensors.has("in.ref"))
    throw new NotSupported(`no case of this kind: ${context.case.name}`);
  const [reference, samples] = [
    floatsNamed(context.tensors, "in.ref"),
    floatsNamed(context.tensors, "in.sample"),
  ];
  checkFrechetDistance(context, reference, samples);
  await checkRadii(context, { ref: reference, sample: samples });
  checkManifolds(
    context,
    await manifoldMetrics(reference, samples, { neighbours: numberNamed(context, "nhood_size") }),
    [reference, samples],
  );
}

function checkInceptionScore(context: CaseContext): void {
  const score = inceptionScore(floatsNamed(context.tensors, "in.probabilities"), {
    splitSize: numberNamed(context, "split_size"),
  });
  context.check.close("inception_score", [score], [numberNamed(context, "inception_score")]);
}

/**
 * The evaluator's own value with the case's tolerance; the one from eigenvalues, which is exact in
 * float64, to a millionth of what it is the difference of.
 */
function checkFrechetDistance(context: CaseContext, reference: Tensor, samples: Tensor): void {
  const { check, tensors } = context;
  const fits = { ref: gaussianFit(reference), sample: gaussianFit(samples) };
  for (const [name, { mean, covariance }] of Object.entries(fits)) {
    if (tensors.has(`out.mu_${name}`))
      check.closeToScale(`out.mu_${name}`, mean, floatsNamed(tensors, `out.mu_${name}`).data, {
        rtol: 1e-6,
      }); // a float32 mean
    if (tensors.has(`out.sigma_${name}`))
      check.closeToScale(`out.sigma_${name}`, covariance, float64(context, `out.sigma_${name}`), {
        rtol: 1e-9,
      });
  }
  const distance = frechetDistance(fits.ref, fits.sample);
  check.close(
    "frechet_distance",
    [distance],
    [numberNamed(context, "frechet_distance")],
    toleranceOf(context, "frechet_distance"),
  );
  const traces = [fits.ref, fits.sample].reduce(
    (sum, { mean, covariance }) =>
      sum + mean.reduce((part, _, i) => part + (covariance[i * (mean.length + 1)] ?? 0), 0),
    0,
  );
  check.close(
    "frechet_distance_from_eigenvalues",
    [distance],
    [numberNamed(context, "frechet_distance_from_eigenvalues")],
    {
      rtol: 1e-6,
      atol: 1e-6 * traces,
    },
  );
}

/** The evaluator measures in half precision; the manifest has the exact radii beside its own. */
async function checkRadii(
  context: CaseContext,
  sets: Readonly<Record<string, Tensor>>,
): Promise<void> {
  for (const [name, features] of Object.entries(sets)) {
    const [radii = new Float64Array()] = await neighbourRadii(features, [
      numberNamed(context, "nhood_size"),
    ]);
    context.check.close(`float64.radii_${name}`, radii, float64(context, `float64.radii_${name}`), {
      rtol: 1e-6,
    });
    context.check.close(
      `out.radii_${name}`,
      radii,
      floatsNamed(context.tensors, `out.radii_${name}`).data,
      toleranceOf(context, "radii"),
    );
  }
}

function checkManifolds(
  context: CaseContext,
  { precision, recall }: ManifoldMetrics,
  [reference, samples]: readonly [Tensor, Tensor],
): void {
  const tolerance = toleranceOf(context, "precision_recall");
  const exact = {
    precision: 1e-6 + 1 / (samples.dims[0] ?? 1),
    recall: 1e-6 + 1 / (reference.dims[0] ?? 1),
  }; // "exact up to one sample"
  for (const [name, value] of Object.entries({ precision, recall })) {
    context.check.close(`${name}_float64`, [value], [numberNamed(context, `${name}_float64`)], {
      atol: exact[name as keyof typeof exact],
    });
    context.check.close(name, [value], [numberNamed(context, name)], tolerance);
  }
}

function toleranceOf({ case: golden }: CaseContext, part: string): Tolerance {
  const tolerance = (
    golden.tolerance as Readonly<Record<string, Tolerance | undefined>> | undefined
  )?.[part]; // this set's manifest has one for each part
  if (!tolerance) throw new NotSupported(`the manifest states no tolerance of ${part}`);
  return tolerance;
}

function numberNamed({ case: golden }: CaseContext, name: string): number {
  const value = golden.values?.[name];
  if (typeof value !== "number") throw new Error(`the manifest has no number ${name}`);
  return value;
}

function float64({ tensors }: CaseContext, name: string): Float64Array {
  const found = tensorNamed(tensors, name);
  if (found.dtype !== "float64") throw new Error(`${name} is ${found.dtype}, expected float64`);
  return found.data;
}
