import {
  createContext,
  createElement,
  type ReactElement,
  type ReactNode,
  useContext,
  useMemo,
} from "react";
import { useSettledOptions } from "./settled-options.ts";
import type { UseGlideOptions } from "./use-glide.ts";

const Defaults = createContext<UseGlideOptions>({});

export interface GlissadeProviderProps extends UseGlideOptions {
  readonly children?: ReactNode;
}

/**
 * Options for every `useGlide` below it that does not say otherwise. A provider inside another adds
 * to it.
 *
 * @example
 * ```tsx
 * <GlissadeProvider backend={() => onnx()}><App /></GlissadeProvider>
 * ```
 */
export function GlissadeProvider({ children, ...options }: GlissadeProviderProps): ReactElement {
  const outer = useGlissadeDefaults();
  const own = useSettledOptions(options);
  const value = useMemo(() => ({ ...outer, ...own }), [outer, own]);
  return createElement(Defaults.Provider, { value }, children);
}

export function useGlissadeDefaults(): UseGlideOptions {
  return useContext(Defaults);
}
