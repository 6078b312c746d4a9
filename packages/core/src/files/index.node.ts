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
