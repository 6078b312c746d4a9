import type { UseGlideResult } from "@glissade/react";
import { useEffect, useState } from "react";

/** As far as it is needed of what `useTextToImage` and its like give. */
interface StartableRun<Options> {
  readonly generate: (options: Options) => Promise<unknown>;
}

/**
 * Begins a run as soon as there is a model: at once, or after loading it. Of several requests that came before the model, the last one counts; it also waits out an error of loading, until that is tried again.
 *
 * @param run a run of the same model
 * @returns asks for pictures
 * @example
 * ```tsx
 * const model = useModel();
 * const run = useTextToImage(model.glide);
 * const generate = usePendingRun(model, run);
 * return <button onClick={() => generate({ prompt: "red apple" })}>Make it</button>;
 * ```
 */
export function usePendingRun<Options>(model: Pick<UseGlideResult, "glide" | "load">, run: StartableRun<Options>): (options: Options) => void {
  const [request, setRequest] = useState<{ readonly options: Options }>();
  const { glide, load } = model;
  const { generate } = run;
  useEffect(() => {
    if (!request || !glide) return; // the run was given the model in the render that this effect follows
    setRequest(undefined);
    void generate(request.options);
  }, [request, glide, generate]);
  return (options) => {
    setRequest({ options });
    void load();
  };
}
