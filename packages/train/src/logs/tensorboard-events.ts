import { readdirSync, readFileSync, rmSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { InvalidArgumentError } from "@glissade/core";
import { PbfReader, PbfWriter } from "pbf";
import { openAppendFile } from "./append-file.ts";
import { writingFault } from "./log-error.ts";
import { frameRecord, readRecordsOf } from "./tf-record.ts";

/** The fields of TensorFlow's `event.proto` and `summary.proto` that are written. */
const event = { wallTime: 1, step: 2, fileVersion: 3, summary: 5 } as const;
const summary = { value: 1 } as const;
const summaryValue = { tag: 1, simpleValue: 2, image: 4 } as const;
const summaryImage = { height: 1, width: 2, colorspace: 3, encodedImage: 4 } as const;
const rgb = 3;

/**
 * By the format's custom the name goes on with the time and the host; the number keeps two files of
 * one second apart and in order.
 */
const ownName = /^events\.out\.tfevents\.(\d{10})\.glissade\.(\d{4,})$/;

/** Scalars and images as TensorBoard reads them. */
export interface EventWriter {
  scalars(step: number, time: number, values: Readonly<Record<string, number | undefined>>): void;
  /** An image as a PNG file's bytes. @throws InvalidArgumentError where it is none. */
  image(step: number, time: number, tag: string, png: Uint8Array): void;
  close(): void;
}

/**
 * Opens a new event file in a folder. Where a run is resumed, the events of its earlier files after
 * step `resumeAt` are cut off, with what a killed run left half written.
 *
 * @param time seconds since 1970: TensorBoard reads files in the order of the time in their names
 * @throws LogError where it cannot be written.
 */
export function openEventFile(
  folder: string,
  { time, resumeAt }: { readonly time: number; readonly resumeAt?: number | undefined },
): EventWriter {
  const earlier = readdirSync(folder).filter((name) => ownName.test(name));
  if (resumeAt !== undefined) for (const name of earlier) cutEvents(join(folder, name), resumeAt);
  const numbers = earlier.map((name) => ownName.exec(name)?.slice(1).map(Number) ?? []);
  // not before an earlier file's, should the clock have been set back
  const second = Math.max(Math.floor(time), ...numbers.map(([second = 0]) => second));
  const count = Math.max(...numbers.map(([, count = 0]) => count), -1) + 1;
  const name = `events.out.tfevents.${String(second).padStart(10, "0")}.glissade.${String(count).padStart(4, "0")}`;
  const file = openAppendFile(join(folder, name), { size: 0, isNew: true });
  const write = (step: number, seconds: number, fill: (pbf: PbfWriter) => void) => {
    const pbf = new PbfWriter();
    pbf.writeDoubleField(event.wallTime, seconds);
    if (step > 0) pbf.writeVarintField(event.step, step); // protocol buffers leave zeros out
    fill(pbf);
    file.append(frameRecord(pbf.finish()));
  };
  write(0, time, (pbf) => pbf.writeStringField(event.fileVersion, "brain.Event:2"));
  return {
    scalars(step, seconds, values) {
      const entries = Object.entries(values).filter(
        (entry): entry is [string, number] => entry[1] !== undefined,
      );
      write(step, seconds, (pbf) => pbf.writeMessage(event.summary, writeScalars, entries));
    },
    image(step, seconds, tag, png) {
      const { width, height } = sizeOfPng(png);
      write(step, seconds, (pbf) =>
        pbf.writeMessage(event.summary, writeImage, { tag, png, width, height }),
      );
    },
    close: file.close,
  };
}

/**
 * Width and height from the header of a PNG file. @throws InvalidArgumentError where it is none.
 */
export function sizeOfPng(png: Uint8Array): { readonly width: number; readonly height: number } {
  const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
  if (png.length < 24 || signature.some((byte, index) => png[index] !== byte))
    throw new InvalidArgumentError({
      argument: "png",
      received: png,
      expected: "the bytes of a PNG file, as encodePng gives them",
    });
  const view = new DataView(png.buffer, png.byteOffset);
  return { width: view.getUint32(16), height: view.getUint32(20) };
}

function writeScalars(values: readonly (readonly [string, number])[], pbf: PbfWriter): void {
  for (const value of values) pbf.writeMessage(summary.value, writeScalar, value);
}

function writeScalar([tag, value]: readonly [string, number], pbf: PbfWriter): void {
  pbf.writeStringField(summaryValue.tag, tag);
  pbf.writeFloatField(summaryValue.simpleValue, value);
}

interface TaggedImage {
  readonly tag: string;
  readonly png: Uint8Array;
  readonly width: number;
  readonly height: number;
}

function writeImage(image: TaggedImage, pbf: PbfWriter): void {
  pbf.writeMessage(summary.value, writeImageValue, image);
}

function writeImageValue(image: TaggedImage, pbf: PbfWriter): void {
  pbf.writeStringField(summaryValue.tag, image.tag);
  pbf.writeMessage(summaryValue.image, writeImageFields, image);
}

function writeImageFields({ png, width, height }: TaggedImage, pbf: PbfWriter): void {
  pbf.writeVarintField(summaryImage.height, height);
  pbf.writeVarintField(summaryImage.width, width);
  pbf.writeVarintField(summaryImage.colorspace, rgb);
  pbf.writeBytesField(summaryImage.encodedImage, png);
}

/**
 * Cuts a file off before its first event after a step; removes it where no event but the file's own
 * first is left.
 */
function cutEvents(path: string, step: number): void {
  let size = 0;
  let count = 0;
  const bytes = readFileSync(path);
  for (const { data, end } of readRecordsOf(bytes)) {
    if (stepOf(data) > step) break;
    size = end;
    count++;
  }
  try {
    if (count <= 1) rmSync(path);
    else if (size < bytes.length) truncateSync(path, size);
  } catch (cause) {
    throw writingFault(path, cause);
  }
}

function stepOf(data: Uint8Array): number {
  return new PbfReader(data).readFields(
    (tag, found: { step: number }, pbf) => {
      if (tag === event.step) found.step = pbf.readVarint(true);
    },
    { step: 0 },
  ).step;
}
