export { assertFileWritable, assertPlaceWritable } from "./files/assert-writable.node.ts";
export { OutputFileError, systemFault, writingAdvice } from "./files/output-file-error.ts";
export { removeUnfinished } from "./files/unfinished.node.ts";
export {
  fillFileAtomically,
  type OutputFile,
  type WriteFileOptions,
  writeFileAtomically,
  writeFilesAtomically,
} from "./files/write-files.node.ts";
export { fillFolderAtomically } from "./files/write-folder.node.ts";
export {
  type FetchedModelFile,
  type FetchToFolderOptions,
  fetchToFolder,
} from "./model/cache/fetch-to-folder.node.ts";
export {
  type FileDamage,
  type FolderModelCache,
  type FolderModelCacheOptions,
  folderModelCache,
  type StoredModelFile,
} from "./model/cache/folder-model-cache.node.ts";
export { modelCacheFolder } from "./model/cache/model-cache-folder.node.ts";
export { ModelCacheError } from "./model/cache-slot.ts";
export type { RemoteFile } from "./model/file-response.ts";
