export {
  type ClassSettings,
  decodePictureRecord,
  encodePictureRecord,
  encodePngWithRecord,
  optionsOfRecord,
  type PictureRecord,
  type PictureSettings,
  pictureRecordKeyword,
  type RecordedRun,
  type SourceRecord,
} from "./image-record.ts";
export { PictureSettingsError } from "./image-settings-error.ts";
