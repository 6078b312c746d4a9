import type { Hash } from "node:crypto";
import { open, rename, rm, truncate } from "node:fs/promises";
import { systemFault } from "../../files/output-file-error.ts";
import { writeFileAtomically } from "../../files/write-files.node.ts";
import {
  companion,
  hashOfFile,
  type PartRecord,
  removePart,
  sizeOfFile,
} from "./folder-layout.node.ts";
import type { FileVersion, PendingModelFile, StoredContent } from "./model-cache.ts";

/** A file of a folder that is still arriving, at `<path>.part`. */
export class PendingFile implements PendingModelFile {
  readonly version: FileVersion;
  readonly #path: string;
  readonly #part: string;
  #record: PartRecord;
  /** Of what is there; undefined until it is read or added to. */
  #hash: Hash | undefined;

  constructor(path: string, record: PartRecord) {
    const { etag, lastModified, totalBytes } = record;
    this.version = { etag, lastModified, totalBytes };
    this.#path = path;
    this.#part = companion(path, "part");
    this.#record = record;
  }

  async read(): Promise<StoredContent> {
    await this.#hashed();
    return { path: this.#part, size: this.#record.length };
  }

  async append(bytes: Uint8Array): Promise<boolean> {
    const hash = await this.#hashed();
    const { length } = this.#record;
    try {
      const file = await open(this.#part, "a");
      try {
        await file.writeFile(bytes);
        await file.datasync();
      } finally {
        await file.close();
      }
      await this.#remember(length + bytes.length);
    } catch (error) {
      await truncate(this.#part, length).catch(() => {}); // as it was recorded, if it is there
      if (["ENOSPC", "EDQUOT"].includes(systemFault(error) ?? "")) return false;
      throw error;
    }
    hash.update(bytes);
    return true;
  }

  async finish(): Promise<StoredContent | undefined> {
    const hash = await this.#hashed();
    const { url, length: size } = this.#record;
    if ((await sizeOfFile(this.#part)) !== size) return undefined;
    const { etag, lastModified } = this.version;
    const sha256 = hash.copy().digest("hex");
    const record = { url, size, sha256, etag, lastModified };
    await writeFileAtomically(
      companion(this.#path, "record"),
      `${JSON.stringify(record, null, 2)}\n`,
    );
    await rename(this.#part, this.#path);
    await rm(companion(this.#path, "partRecord"), { force: true });
    return { path: this.#path, size };
  }

  discard(): Promise<void> {
    return removePart(this.#path);
  }

  async #hashed(): Promise<Hash> {
    if (!this.#hash) {
      await truncate(this.#part, this.#record.length);
      this.#hash = await hashOfFile(this.#part);
    }
    return this.#hash;
  }

  async #remember(length: number): Promise<void> {
    const record = { ...this.#record, length };
    await writeFileAtomically(companion(this.#path, "partRecord"), JSON.stringify(record));
    this.#record = record;
  }
}
