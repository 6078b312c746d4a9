import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** Threads in WebAssembly need a page that is cross-origin isolated. */
const isolation = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

export default defineConfig({
  base: "./", // the built site works from any folder of any host
  plugins: [react()],
  // from the sources, without a build of the packages
  resolve: { conditions: ["glissade-source", "module", "browser", "development|production"] },
  optimizeDeps: {
    exclude: ["onnxruntime-web"], // it finds its .wasm files beside itself
    include: ["core", "backend-cpu", "backend-wasm", "backend-webgl", "backend-webgpu"].map(
      (part) => `@tensorflow/tfjs-${part}`,
    ), // found late, in a worker, they reload the page
  },
  worker: { format: "es" },
  server: { headers: isolation },
  preview: { headers: isolation },
  build: { target: "es2022" },
});
