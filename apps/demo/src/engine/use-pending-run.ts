import type { UseGlideResult } from "@glissade/react";
import { useEffect, useState } from "react";

/** What a model does not survive: it has to be loaded again. */
const fatalErrors = ["WorkerLostError", "DeviceLostError"];

/** As far as it is needed of what `useTextToImage` and its like give. */
interface StartableRun<Options> {
  readonly error: Error | undefined;
  readonly generate: (options: Options) => Promise<unknown>;
}

/**
 * Begins a run as soon as there is a model: at once, or after loading it. Of several requests that
 * came before the model, the last one counts; it also waits out an error of loading, until that is
 * tried again. A model whose worker or device is gone is loaded anew.
 *
 * @param run a run of the same model
 * @returns asks for images
 * @example
 * ```tsx
 * const model = useModel();
 * const run = useTextToImage(model.glide);
 * const generate = usePendingRun(model, run);
 * return <button onClick={() => generate({ prompt: "red apple" })}>Make it</button>;
 * ```
 */
export function usePendingRun<Options>(
  model: Pick<UseGlideResult, "glide" | "load" | "dispose">,
  run: StartableRun<Options>,
): (options: Options) => void {
  const [request, setRequest] = useState<{ readonly options: Options }>();
  const { glide, load, dispose } = model;
  const { generate, error } = run;
  useEffect(() => {
    // the run was given the model in the render that this effect follows
    if (!request || !glide) return;
    setRequest(undefined);
    void generate(request.options);
  }, [request, glide, generate]);
  return (options) => {
    const begin = () => {
      setRequest({ options });
      void load();
    };
    if (error && fatalErrors.includes(error.name)) void dispose().then(begin);
    else begin();
  };
}
