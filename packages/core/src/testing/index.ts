export { pause, slow, tinyLoads, tinySource } from "./tiny-loads.ts";
export * from "./tiny-model.ts";
