import { backendName, type TfjsProvider } from "./provider-choice.ts";
import type { TensorFlow } from "./tensorflow.ts";

/**
 * Runs what is synchronous on a provider; afterwards the application's own backend is the active
 * one again.
 */
export type OnProvider = <T>(work: () => T) => T;

/**
 * TensorFlow.js computes on one active backend, which the application may have chosen otherwise.
 * Changing it is immediate once a backend is started.
 */
export function onProvider(tf: TensorFlow, provider: TfjsProvider): OnProvider {
  const name = backendName(provider);
  return (work) => {
    const active = tf.getBackend();
    if (active === name) return work();
    void tf.setBackend(name);
    try {
      return work();
    } finally {
      void tf.setBackend(active);
    }
  };
}
