import type { Backend } from "@glissade/core";
import { type Arguments, given, type OptionTable } from "./arguments.ts";
import { UsageError } from "./errors.ts";

/** What can run the networks. */
interface BackendKind {
  /** Everything that it can be asked for, in its own package's order. */
  readonly providers: readonly string[];
  /** Tried in this order where nothing is asked for. */
  readonly defaultProviders: readonly string[];
  readonly takesThreads: boolean;
  /** @throws UnknownNameError for a provider that it does not have */
  choose(args: Arguments<"provider">, recorded: string | undefined): ChosenProviders;
}

interface ChosenProviders {
  /** Whether the user named them: then one that cannot be opened is worth a warning. */
  readonly asked: boolean;
  /** Makes the backend, and loads its package for that. */
  open(threads: number | undefined): Promise<Backend>;
}

interface KindDescription<Provider extends string> extends Pick<BackendKind, "takesThreads"> {
  readonly providers: readonly Provider[];
  readonly defaultProviders: readonly Provider[];
  open(providers: readonly Provider[], threads: number | undefined): Promise<Backend>;
}

/**
 * The names are written out, not imported, so that help and wrong command lines load no backend.
 */
const kinds = {
  onnx: kindOf({
    providers: ["cpu", "cuda", "tensorrt", "webgpu", "dml", "coreml", "wasm", "webnn"],
    defaultProviders: ["cpu"],
    takesThreads: true,
    async open(providers, threads) {
      const { onnx } = await import("@glissade/backend-onnx");
      return onnx({ providers, ...given({ threads }) });
    },
  }),
  tfjs: kindOf({
    providers: ["node-gpu", "node", "webgpu", "webgl", "wasm", "cpu"],
    defaultProviders: ["node-gpu", "node", "wasm", "cpu"],
    takesThreads: false,
    async open(providers) {
      // native TensorFlow tells on stderr what processor it runs on
      process.env.TF_CPP_MIN_LOG_LEVEL ??= "1";
      const { tfjs } = await import("@glissade/backend-tfjs");
      return tfjs({ providers });
    },
  }),
} as const satisfies Readonly<Record<string, BackendKind>>;

export type BackendName = keyof typeof kinds;

export const backendNames = Object.keys(kinds) as BackendName[];

/** The providers of every backend, by its name. */
export const backendProviders: Readonly<Record<string, readonly string[]>> = Object.fromEntries(
  Object.entries(kinds).map(([name, { providers }]) => [name, providers]),
);

/** The same in a sentence for help. */
const providersInWords = Object.entries(kinds)
  .map(
    ([name, { providers, defaultProviders }]) =>
      `${name} has ${providers.join(", ")} (default: ${defaultProviders.join(",")}).`,
  )
  .join(" ");

/** The options that `readBackend` reads. */
export const backendOptions = {
  backend: {
    value: backendNames.join("|"),
    about:
      "What runs the networks: ONNX Runtime (the default), or TensorFlow.js where its packages are installed.",
  },
  provider: {
    value: "NAME,...",
    about: `Execution providers in the order in which they are tried. ${providersInWords}`,
  },
  threads: {
    value: "N",
    about: "Threads of the CPU provider of onnx. Default: one per physical core.",
  },
} as const satisfies OptionTable;

/** The backend of a run, not yet loaded. */
export interface ChosenBackend {
  readonly name: BackendName;
  readonly providersAsked: boolean;
  open(): Promise<Backend>;
}

/**
 * Reads which backend runs the networks, and on what.
 *
 * @param recorded what made an image before, for where the command line says nothing
 * @throws UnknownNameError for a backend that does not exist, or a provider that it does not have.
 * @throws UsageError for `--threads` where it has none
 */
export function readBackend(
  args: Arguments<"backend" | "provider" | "threads">,
  recorded?: { readonly backend: string; readonly provider: string },
): ChosenBackend {
  const recordedName = backendNames.find((known) => known === recorded?.backend);
  const name = args.choice("backend", "backend", backendNames) ?? recordedName ?? "onnx";
  const { takesThreads, choose } = kinds[name];
  const threads = args.integer("threads", 1, 1024);
  if (threads !== undefined && !takesThreads)
    throw new UsageError(
      `--threads is of --backend onnx: ${name} chooses the number of its threads itself.`,
    );
  const { asked, open } = choose(args, name === recordedName ? recorded?.provider : undefined);
  return { name, providersAsked: asked, open: () => open(threads) };
}

function kindOf<const Provider extends string>(
  description: KindDescription<Provider>,
): BackendKind {
  const { providers, defaultProviders, takesThreads, open } = description;
  return {
    providers,
    defaultProviders,
    takesThreads,
    choose(args, recorded) {
      const asked = args.choices("provider", "execution provider", providers);
      const before = providers.filter((known) => known === recorded);
      const chosen = asked ?? [
        ...before,
        ...defaultProviders.filter((known) => known !== recorded),
      ];
      return { asked: asked !== undefined, open: (threads) => open(chosen, threads) };
    },
  };
}
