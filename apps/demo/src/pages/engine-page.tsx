import { browserModelCache } from "@glissade/core";
import { useEffect, useRef, useState } from "react";
import { Button, Label, Radio, RadioGroup, TextArea, TextField } from "react-aria-components";
import { ModelGate } from "../components/model-gate.tsx";
import {
  backendNames,
  backends,
  type EngineSettings,
  providerLabels,
  threadCounts,
} from "../engine/backends.ts";
import { type BenchmarkRow, benchmark, benchmarkTable } from "../engine/benchmark.ts";
import { useEngineSettings } from "../engine/engine-settings.ts";
import { loadTime, useModel } from "../engine/use-model.ts";

/** What runs the networks here, and how fast. */
export function EnginePage() {
  const [settings, change] = useEngineSettings();
  const model = useModel();
  const bench = useBenchmark(settings);
  const { glide } = model;
  const { backend, provider, threads } = settings;
  return (
    <>
      <h1>Engine</h1>
      <p className="lead">
        What the networks run on in this browser. A change takes effect with the next load.
      </p>
      <div className="card columns">
        <Choice
          label="Backend"
          value={backend}
          options={backendNames}
          wordsFor={(name) => backends[name].label}
          onChange={(name) => change({ backend: name })}
        />
        <Choice
          label="Provider"
          value={provider}
          options={backends[backend].providers}
          wordsFor={(name) => providerLabels[name]}
          onChange={(name) => change({ provider: name })}
        />
        <Choice
          label="Threads of WebAssembly"
          value={threads}
          options={threadCounts}
          wordsFor={(count) => (count === 0 ? "What suits" : String(count))}
          onChange={(count) => change({ threads: count })}
          isDisabled={!globalThis.crossOriginIsolated || !backends[backend].takesThreads}
        />
      </div>
      <ModelGate model={model} />
      <div className="row">
        <Button isDisabled={model.status !== "idle"} onPress={() => void model.load()}>
          Load the model
        </Button>
        <Button
          className="secondary"
          isDisabled={model.status !== "ready"}
          onPress={() => void model.dispose()}
        >
          Free its memory
        </Button>
        <Button className="secondary" onPress={() => void browserModelCache().purge()}>
          Delete downloaded files
        </Button>
      </div>
      <div className="card scroll">
        <table>
          <caption>What was really opened</caption>
          <tbody>
            <Row name="Model">
              {glide ? `${glide.model} (${glide.networks.join(", ")})` : "not loaded"}
            </Row>
            <Row name="Backend">{glide?.backend ?? "–"}</Row>
            <Row name="Provider">{glide?.provider ?? "–"}</Row>
            <Row name="Passed over">
              {glide?.fallbacks
                .map(({ provider, reason }) => `${provider}: ${reason}`)
                .join("; ") || "–"}
            </Row>
            <Row name="Load time">
              {glide && loadTime.took !== undefined ? `${Math.round(loadTime.took)} ms` : "–"}
            </Row>
            <Row name="Cross-origin isolated">
              {globalThis.crossOriginIsolated ? "yes" : "no: one thread"}
            </Row>
            <Row name="Logical processors">{navigator.hardwareConcurrency}</Row>
          </tbody>
        </table>
      </div>
      <section className="card" aria-labelledby="benchmark">
        <h2 id="benchmark">Benchmark</h2>
        <div className="row">
          <Button
            isDisabled={!glide || bench.isRunning}
            onPress={() => glide && void bench.begin(glide)}
          >
            Measure
          </Button>
          {bench.isRunning && (
            <Button className="secondary" onPress={bench.stop}>
              Stop
            </Button>
          )}
        </div>
        <p role="status">{bench.notice}</p>
        {bench.rows.length > 0 && (
          <>
            <TextField isReadOnly value={bench.table} className="table-text">
              <Label>Results, as Markdown</Label>
              <TextArea rows={bench.rows.length + 5} />
            </TextField>
            <Button
              className="secondary"
              onPress={() => void navigator.clipboard?.writeText(bench.table)}
            >
              Copy the table
            </Button>
          </>
        )}
      </section>
    </>
  );
}

interface ChoiceProps<Option extends string | number> {
  readonly label: string;
  readonly value: Option;
  readonly options: readonly Option[];
  readonly wordsFor: (option: Option) => string;
  readonly onChange: (option: Option) => void;
  readonly isDisabled?: boolean;
}

/** One of a few. */
function Choice<Option extends string | number>({
  label,
  value,
  options,
  wordsFor,
  onChange,
  isDisabled = false,
}: ChoiceProps<Option>) {
  const choose = (chosen: string) => {
    const option = options.find((known) => String(known) === chosen);
    if (option !== undefined) onChange(option);
  };
  return (
    <RadioGroup value={String(value)} onChange={choose} isDisabled={isDisabled}>
      <Label>{label}</Label>
      {options.map((option) => (
        <Radio key={option} value={String(option)} className="radio">
          {wordsFor(option)}
        </Radio>
      ))}
    </RadioGroup>
  );
}

function Row({ name, children }: { readonly name: string; readonly children: string | number }) {
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>{children}</td>
    </tr>
  );
}

function useBenchmark({ backend, threads }: EngineSettings) {
  const [rows, setRows] = useState<readonly BenchmarkRow[]>([]);
  const [notice, setNotice] = useState("");
  const [isRunning, setRunning] = useState(false);
  const controller = useRef<AbortController>(undefined);
  useEffect(() => () => controller.current?.abort(), []);
  const begin = async (glide: Parameters<typeof benchmark>[0]) => {
    controller.current = new AbortController();
    setRunning(true);
    setNotice("Measuring …");
    try {
      const details = {
        threads: threads > 0 && backends[backend].takesThreads ? String(threads) : "default",
        loadMilliseconds: loadTime.took,
      };
      const row = await benchmark(glide, details, controller.current.signal);
      setRows((known) => [...known, row]);
      setNotice("Measured.");
    } catch (error) {
      setNotice(controller.current.signal.aborted ? "Stopped." : String(error));
    } finally {
      setRunning(false);
    }
  };
  const machine = `${navigator.hardwareConcurrency} logical processors, ${globalThis.crossOriginIsolated ? "isolated" : "not isolated"}`;
  return {
    rows,
    notice,
    isRunning,
    begin,
    stop: () => controller.current?.abort(),
    table: benchmarkTable(rows, machine),
  };
}
