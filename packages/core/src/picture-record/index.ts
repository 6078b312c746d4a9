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
} from "./picture-record.ts";
export { PictureSettingsError } from "./picture-settings-error.ts";
