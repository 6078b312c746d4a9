export {};

declare module "vitest" {
  interface ProvidedContext {
    /** React's major version in the test project. */
    react: string;
  }
}
