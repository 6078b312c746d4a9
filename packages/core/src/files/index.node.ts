export {
  type FetchedModelFile,
  type FetchToFolderOptions,
  fetchToFolder,
} from "../model/cache/fetch-to-folder.node.ts";
export {
  type FileDamage,
  type FolderModelCache,
  type FolderModelCacheOptions,
  folderModelCache,
  type StoredModelFile,
} from "../model/cache/folder-model-cache.node.ts";
export { modelCacheFolder } from "../model/cache/model-cache-folder.node.ts";
export { ModelCacheError } from "../model/cache-slot.ts";
export type { RemoteFile } from "../model/file-response.ts";
export { assertFileWritable, assertPlaceWritable } from "./assert-writable.node.ts";
export { OutputFileError, systemFault, writingAdvice } from "./output-file-error.ts";
export { removeUnfinished } from "./unfinished.node.ts";
export {
  fillFileAtomically,
  type OutputFile,
  type WriteFileOptions,
  writeFileAtomically,
  writeFilesAtomically,
} from "./write-files.node.ts";
export { fillFolderAtomically } from "./write-folder.node.ts";
