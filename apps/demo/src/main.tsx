import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app.tsx";
import "./app.css";

if (import.meta.env.PROD && "serviceWorker" in navigator) {
  // The page works without it; with it, it works offline and, on hosts that cannot send headers,
  // with threads.
  void navigator.serviceWorker.register("./service-worker.js").catch(() => undefined);
}

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
