import type { DataType, Dim, ValueType } from "@glissade/graph";
import { PbfWriter } from "pbf";

/** Field numbers of the messages that are written here, from the ONNX format's `onnx.proto`. */
const field = {
  model: { irVersion: 1, producerName: 2, graph: 7, opsetImport: 8 },
  opset: { domain: 1, version: 2 },
  graph: { node: 1, name: 2, initializer: 5, input: 11, output: 12 },
  node: { input: 1, output: 2, name: 3, operator: 4, attribute: 5 },
  attribute: { name: 1, float: 2, int: 3, string: 4, ints: 8, type: 20 },
  tensor: { dims: 1, dataType: 2, name: 8, rawData: 9, externalData: 13, dataLocation: 14 },
  entry: { key: 1, value: 2 },
  valueInfo: { name: 1, type: 2 },
  type: { tensor: 1 },
  tensorType: { elementType: 1, shape: 2 },
  shape: { dim: 1 },
  dim: { value: 1, name: 2 },
} as const;

/**
 * The oldest operator set that has every operator used here (Gelu came last), so that as many
 * runtimes and providers as possible can read it.
 */
const standardOperators = { domain: "", version: 20 };
/** The file format's version that belongs to it. */
const irVersion = 9;

const attributeType = { float: 1, int: 2, string: 3, ints: 7 } as const;
const externalLocation = 1;

/** ONNX's number for each data type. */
export const elementType: Record<DataType, number> = {
  float32: 1,
  uint8: 2,
  int8: 3,
  int16: 5,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  float64: 11,
  bfloat16: 16,
};

export type OnnxAttribute =
  | { readonly int: number }
  | { readonly float: number }
  | { readonly string: string }
  | { readonly ints: readonly number[] };

/** One node of an ONNX graph. */
export interface OnnxNode {
  readonly operator: string;
  /** An empty name stands for an optional input that is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, OnnxAttribute>>;
}

/** A constant: its bytes in the model itself, or at an offset of another file. */
export interface OnnxInitializer {
  readonly name: string;
  readonly dtype: DataType;
  readonly dims: readonly number[];
  readonly content:
    | { readonly bytes: Uint8Array }
    | { readonly location: string; readonly offset: number; readonly length: number };
}

export interface OnnxModel {
  readonly name: string;
  readonly inputs: readonly ({ readonly name: string } & ValueType)[];
  readonly outputs: readonly ({ readonly name: string } & ValueType)[];
  readonly initializers: readonly OnnxInitializer[];
  readonly nodes: readonly OnnxNode[];
}

/** A node's name in the file, by which sessions can be told of it. */
export function nodeName({ operator }: OnnxNode, index: number): string {
  return `${operator}_${index}`;
}

/** The model as an ONNX file's bytes. */
export function encodeModel(model: OnnxModel): Uint8Array {
  const writer = new PbfWriter();
  writer.writeVarintField(field.model.irVersion, irVersion);
  writer.writeStringField(field.model.producerName, "glissade");
  writer.writeMessage(field.model.graph, writeGraph, model);
  writer.writeMessage(field.model.opsetImport, writeOpset, standardOperators);
  return writer.finish();
}

function writeGraph(model: OnnxModel, writer: PbfWriter): void {
  for (const [index, node] of model.nodes.entries())
    writer.writeMessage(field.graph.node, writeNode, { ...node, name: nodeName(node, index) });
  writer.writeStringField(field.graph.name, model.name);
  for (const initializer of model.initializers)
    writer.writeMessage(field.graph.initializer, writeInitializer, initializer);
  for (const input of model.inputs) writer.writeMessage(field.graph.input, writeValueInfo, input);
  for (const output of model.outputs)
    writer.writeMessage(field.graph.output, writeValueInfo, output);
}

function writeOpset(
  { domain, version }: { domain: string; version: number },
  writer: PbfWriter,
): void {
  writer.writeStringField(field.opset.domain, domain);
  writer.writeVarintField(field.opset.version, version);
}

function writeNode(node: OnnxNode & { name: string }, writer: PbfWriter): void {
  for (const input of node.inputs) writer.writeStringField(field.node.input, input);
  for (const output of node.outputs) writer.writeStringField(field.node.output, output);
  writer.writeStringField(field.node.name, node.name);
  writer.writeStringField(field.node.operator, node.operator);
  for (const [name, attribute] of Object.entries(node.attributes ?? {}))
    writer.writeMessage(field.node.attribute, writeAttribute, { name, attribute });
}

function writeAttribute(
  { name, attribute }: { name: string; attribute: OnnxAttribute },
  writer: PbfWriter,
): void {
  writer.writeStringField(field.attribute.name, name);
  if ("int" in attribute) {
    writer.writeVarintField(field.attribute.int, attribute.int);
    writer.writeVarintField(field.attribute.type, attributeType.int);
  } else if ("float" in attribute) {
    writer.writeFloatField(field.attribute.float, attribute.float);
    writer.writeVarintField(field.attribute.type, attributeType.float);
  } else if ("string" in attribute) {
    writer.writeStringField(field.attribute.string, attribute.string);
    writer.writeVarintField(field.attribute.type, attributeType.string);
  } else {
    for (const value of attribute.ints) writer.writeVarintField(field.attribute.ints, value);
    writer.writeVarintField(field.attribute.type, attributeType.ints);
  }
}

function writeInitializer(
  { name, dtype, dims, content }: OnnxInitializer,
  writer: PbfWriter,
): void {
  for (const dim of dims) writer.writeVarintField(field.tensor.dims, dim);
  writer.writeVarintField(field.tensor.dataType, elementType[dtype]);
  writer.writeStringField(field.tensor.name, name);
  if ("bytes" in content) {
    writer.writeBytesField(field.tensor.rawData, content.bytes);
    return;
  }
  for (const [key, value] of Object.entries(content))
    writer.writeMessage(field.tensor.externalData, writeEntry, { key, value: String(value) });
  writer.writeVarintField(field.tensor.dataLocation, externalLocation);
}

function writeEntry({ key, value }: { key: string; value: string }, writer: PbfWriter): void {
  writer.writeStringField(field.entry.key, key);
  writer.writeStringField(field.entry.value, value);
}

function writeValueInfo(
  { name, ...type }: { readonly name: string } & ValueType,
  writer: PbfWriter,
): void {
  writer.writeStringField(field.valueInfo.name, name);
  writer.writeMessage(field.valueInfo.type, writeType, type);
}

function writeType(type: ValueType, writer: PbfWriter): void {
  writer.writeMessage(field.type.tensor, writeTensorType, type);
}

function writeTensorType({ dtype, dims }: ValueType, writer: PbfWriter): void {
  writer.writeVarintField(field.tensorType.elementType, elementType[dtype]);
  writer.writeMessage(field.tensorType.shape, writeShape, dims);
}

function writeShape(dims: readonly Dim[], writer: PbfWriter): void {
  for (const dim of dims) writer.writeMessage(field.shape.dim, writeDim, dim);
}

function writeDim(dim: Dim, writer: PbfWriter): void {
  if (typeof dim === "number") writer.writeVarintField(field.dim.value, dim);
  else writer.writeStringField(field.dim.name, dim);
}
