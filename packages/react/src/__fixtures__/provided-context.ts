import { configure } from "@testing-library/react";

// What is waited for comes later on a busy machine; it is not what these tests measure.
configure({ asyncUtilTimeout: 15_000 });

declare module "vitest" {
  interface ProvidedContext {
    /** React's major version in the test project. */
    react: string;
  }
}
