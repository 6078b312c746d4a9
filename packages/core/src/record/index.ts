export {
  type ClassSettings,
  decodeImageRecord,
  encodeImageRecord,
  encodePngWithRecord,
  type ImageRecord,
  type ImageSettings,
  imageRecordKeyword,
  optionsOfRecord,
  type RecordedRun,
  type SourceRecord,
} from "./image-record.ts";
export { ImageSettingsError } from "./image-settings-error.ts";
