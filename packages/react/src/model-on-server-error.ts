import { GlissadeError } from "@glissade/core";

/**
 * `useGlide` with `suspense` was rendered on a server. React shows the fallback of the `Suspense`
 * around it, and renders the component in the browser.
 */
export class ModelOnServerError extends GlissadeError {
  static override readonly code: string = "ModelOnServerError";

  constructor() {
    super(
      "A model is not loaded while a page is rendered on a server; expected a <Suspense> around the component, whose fallback is sent instead.",
    );
  }
}
