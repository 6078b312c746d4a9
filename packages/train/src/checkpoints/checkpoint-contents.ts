import { createHash } from "node:crypto";
import { InvalidArgumentError, type Tensor } from "@glissade/core";
import { bytesOfTensor, tensor } from "@glissade/graph";
import type { ArrayGroups, Checkpoint, CheckpointState, NamedArrays } from "./checkpoint.ts";
import { assertJson, isObject } from "./json-value.ts";

const format = "glissade-training-checkpoint";
const version = "1";

/**
 * A checkpoint as a safetensors file holds it: one flat list of tensors, `group/name`, and notes.
 */
export interface CheckpointContents {
  readonly tensors: ReadonlyMap<string, Tensor<"float32">>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** What the notes of a checkpoint say. */
export interface CheckpointNotes {
  readonly step: number;
  readonly state: CheckpointState;
  /** Every group, also those without arrays. */
  readonly groups: readonly string[];
  readonly sha256: string;
}

/** @throws InvalidArgumentError where something would not come back from the file as it went in. */
export function contentsOf({ step, tensors: groups, state }: Checkpoint): CheckpointContents {
  assertCount("step", step);
  assertCount("state.samples", state.samples);
  assertCount("state.dataPosition", state.dataPosition);
  assertJson("state", state);
  const tensors = flatten(groups);
  const metadata = {
    format,
    version,
    step: String(step),
    groups: JSON.stringify(entriesOf(groups).map(([group]) => group)),
    state: JSON.stringify(state),
    sha256: hashOf(tensors.values()),
  };
  return { tensors, metadata };
}

/** The notes of a checkpoint; in words what is wrong where they are not that. */
export function readNotes(metadata: Readonly<Record<string, string>>): CheckpointNotes | string {
  if (metadata.format !== format) return "this is a safetensors file and not a training checkpoint";
  if (metadata.version !== version)
    return `this is a training checkpoint of version ${metadata.version}; this program knows version ${version}`;
  const step = Number(metadata.step);
  const groups = parsed(metadata.groups);
  const state = parsed(metadata.state);
  if (!isCount(step) || !isStrings(groups) || !isState(state) || metadata.sha256 === undefined)
    return "its notes are incomplete";
  return { step, groups, state, sha256: metadata.sha256 };
}

/** The place of a tensor by its name in the file. */
export function placeOf(tensorName: string): { readonly group: string; readonly name: string } {
  const slash = tensorName.indexOf("/");
  return { group: tensorName.slice(0, slash), name: tensorName.slice(slash + 1) };
}

/**
 * SHA-256 of the values, in the order of the file: a flipped bit would otherwise be learnt from.
 */
export function hashOf(tensors: Iterable<Tensor<"float32">>): string {
  const hash = createHash("sha256");
  for (const values of tensors) hash.update(bytesOfTensor(values));
  return hash.digest("hex");
}

function flatten(groups: ArrayGroups): ReadonlyMap<string, Tensor<"float32">> {
  const tensors = new Map<string, Tensor<"float32">>();
  for (const [group, arrays] of entriesOf(groups)) {
    if (group === "" || group.includes("/"))
      throw new InvalidArgumentError({
        argument: "tensors",
        received: group,
        expected: "group names without a slash",
      });
    for (const [name, values] of entriesOf(arrays)) {
      if (!(values instanceof Float32Array))
        throw new InvalidArgumentError({
          argument: `tensors[${group}][${name}]`,
          received: values,
          expected: "a Float32Array",
        });
      tensors.set(`${group}/${name}`, tensor([values.length], values));
    }
  }
  return tensors;
}

function entriesOf(arrays: NamedArrays): [string, Float32Array][];
function entriesOf(groups: ArrayGroups): [string, NamedArrays][];
function entriesOf(named: NamedArrays | ArrayGroups): [string, unknown][] {
  return named instanceof Map ? [...named.entries()] : Object.entries(named);
}

function parsed(json: string | undefined): unknown {
  try {
    return JSON.parse(json ?? "");
  } catch {
    return undefined;
  }
}

function isState(state: unknown): state is CheckpointState {
  return (
    isObject(state) &&
    "samples" in state &&
    isCount(state.samples) &&
    "dataPosition" in state &&
    isCount(state.dataPosition) &&
    "seed" in state &&
    typeof state.seed === "number" &&
    "config" in state &&
    isObject(state.config)
  );
}

function isStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === "string");
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function assertCount(argument: string, received: number): void {
  if (!isCount(received))
    throw new InvalidArgumentError({ argument, received, expected: "a whole number from 0" });
}
