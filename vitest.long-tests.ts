/**
 * The test files that `npm test` leaves to `npm run test:all`, each with its reason. Every other
 * test file is in `npm test`. A path without its ending; `*` stands for any name.
 */
interface LongTest {
  readonly paths: string;
  readonly reason: string;
}

const otherProviders = "a provider beside the one that `npm test` covers for this back end";
const soak = "many generations, to see that memory does not grow";
const wholeDemo = "the built demo in a browser of its own, from end to end";

/** In Node. */
export const longInNode: readonly LongTest[] = [
  { paths: "packages/cli/src/train/train", reason: "runs of training through the command" },
  { paths: "packages/evaluate/src/arena/arena-page", reason: "a browser of its own, page by page" },
  { paths: "packages/evaluate/src/report/sweep-page", reason: "a browser of its own" },
  { paths: "tools/ci/src/bundlers", reason: "three bundlers build an app, which is then tried" },
  { paths: "tools/ci/src/bundled-tfjs", reason: "a bundler builds an app, which is then tried" },
  { paths: "packages/backend-tfjs/src/network-gradients", reason: "gradients of whole networks" },
];

/** In Node, with the built demo. */
export const longInDemo: readonly LongTest[] = [{ paths: "apps/demo/src/*", reason: wholeDemo }];

/** In Node, alone: they measure time. */
export const timing: readonly LongTest[] = [
  { paths: "apps/demo/src/create", reason: "measures how long the page is held up" },
];

/** In headless Chromium. */
export const longInBrowsers: readonly LongTest[] = [
  { paths: "packages/backend-onnx/src/webgpu", reason: otherProviders },
  { paths: "packages/backend-onnx/src/wasm-threads", reason: otherProviders },
  { paths: "packages/backend-onnx/src/device", reason: otherProviders },
  { paths: "packages/backend-onnx/src/memory", reason: soak },
  { paths: "packages/backend-tfjs/src/webgl", reason: otherProviders },
  { paths: "packages/backend-tfjs/src/webgpu", reason: otherProviders },
  { paths: "packages/backend-tfjs/src/memory", reason: soak },
  { paths: "packages/model-emoji/src/wasm-threads", reason: otherProviders },
  { paths: "packages/model-emoji/src/webgpu", reason: otherProviders },
  { paths: "packages/model-emoji/src/tfjs-webgl", reason: otherProviders },
  { paths: "packages/model-emoji/src/tfjs-webgpu", reason: otherProviders },
  { paths: "packages/model-emoji/src/memory", reason: soak },
];

/** In headless Chromium, one file after another: the quota of an origin is the browser's. */
export const sharingTheQuota: readonly LongTest[] = [
  {
    paths: "packages/core/src/model/cache/browser-model-cache",
    reason: "fills the origin's quota",
  },
  { paths: "packages/core/src/worker/worker", reason: "watches for tasks beyond 50 ms" },
];
