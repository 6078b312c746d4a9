import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

/** Threads in WebAssembly need a page that is cross-origin isolated. */
const isolation = { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" };

/**
 * TensorFlow.js gives the text of this function to its threads. Of what is outside of the function the text only asks whether it is there, and the minifier answers that beforehand ("JS
 * Minification" in the README of the package): threads need no answer.
 */
const threadsOfTensorFlow: Plugin = {
  name: "threads-of-tensorflow",
  transform: {
    filter: { id: /tfjs-backend-wasm-threaded-simd\.js$/ },
    handler(code) {
      const question = 'if(typeof _scriptDir !== "undefined" && _scriptDir){scriptDirectory=_scriptDir}';
      if (!code.includes(question)) this.error("TensorFlow.js has changed how it starts threads: see whether this is still needed");
      return code.replace(question, "");
    },
  },
};

export default defineConfig({
  base: "./", // the built site works from any folder of any host
  plugins: [react()],
  resolve: { conditions: ["glissade-source", "module", "browser", "development|production"] }, // from the sources, without a build of the packages
  optimizeDeps: {
    exclude: ["onnxruntime-web"], // it finds its .wasm files beside itself
    include: ["core", "backend-cpu", "backend-wasm", "backend-webgl", "backend-webgpu"].map((part) => `@tensorflow/tfjs-${part}`), // found late, in a worker, they reload the page
  },
  worker: { format: "es", plugins: () => [threadsOfTensorFlow] },
  server: { headers: isolation },
  preview: { headers: isolation },
  build: { target: "es2022" },
});
