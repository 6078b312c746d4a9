export { type ConnectGlideOptions, connectGlide } from "./connect-glide.ts";
export type { Endpoint } from "./messages.ts";
export { type ServeGlideOptions, serveGlide } from "./serve-glide.ts";
export type { WorkerGlide } from "./worker-glide.ts";
export { WorkerLostError } from "./worker-lost-error.ts";
