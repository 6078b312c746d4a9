export {
  type BackendName,
  backendNames,
  backends,
  isBackendName,
  openBackend,
} from "./backends.ts";
