import "./__fixtures__/provided-context.ts";
import { sharedLoaders } from "@glissade/core/store";
import { pause, tinyLoads, tinySource } from "@glissade/core/testing";
import { act, cleanup, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { Component, type ReactNode, StrictMode, Suspense, useState, version } from "react";
import { afterEach, describe, expect, inject, it, vi } from "vitest";
import { GlissadeProvider, type UseGlideOptions, useGlide } from "./index.ts";

/** A model that was suspended for is kept a second longer. */
const patience = { timeout: 3000 };

/** Nothing may be left of any test: no loader, and so no listener, no user, no model. */
afterEach(async () => {
  cleanup();
  await waitFor(() => expect(sharedLoaders.size).toBe(0), patience);
});

function Model({
  source,
  name = "model",
  ...options
}: UseGlideOptions & { source: ReturnType<typeof tinySource>; name?: string }) {
  const { status, glide, progress, error, load, dispose } = useGlide(source, {
    graceTime: 50,
    ...options,
  });
  return (
    <>
      <output aria-label={name}>
        {[status, glide?.imageSize, progress?.loadedBytes, error?.message].join(" ")}
      </output>
      <button type="button" onClick={() => void load()}>
        load {name}
      </button>
      <button type="button" onClick={() => void dispose()}>
        dispose {name}
      </button>
    </>
  );
}

const shown = (name = "model") => screen.getByLabelText(name).textContent?.trim();
const press = (name: string) => fireEvent.click(screen.getByRole("button", { name }));

it("is tested with the React that the project names", () => {
  expect(version.split(".")[0]).toBe(inject("react"));
});

describe("useGlide", () => {
  it("loads once under StrictMode, tells progress, and disposes of the model after the component has left", async () => {
    const { load, counts, backend } = tinyLoads();
    const { unmount } = render(<Model source={tinySource()} load={load} />, {
      wrapper: StrictMode,
    });
    expect(shown()).toBe("loading");
    await waitFor(() => expect(shown()).toMatch("loading  1"));
    await waitFor(() => expect(shown()).toMatch("ready 4"));
    expect(backend.openExecutables).toBeGreaterThan(0);
    unmount();
    await waitFor(() => expect(sharedLoaders.size).toBe(0));
    await waitFor(() => expect(backend.openExecutables).toBe(0));
    expect(counts).toEqual({ begun: 1, aborted: 1, closed: 1 });
  });

  it("loads once for two components, and keeps the model until the second has left", async () => {
    const { load, counts, backend } = tinyLoads();
    const source = tinySource();
    const page = (names: string[]) =>
      names.map((name) => <Model key={name} name={name} source={source} load={load} />);
    const { rerender } = render(page(["a", "b"]));
    await waitFor(() => expect([shown("a"), shown("b")]).toEqual(["ready 4 1", "ready 4 1"]));
    expect([counts.begun, sharedLoaders.size, sharedLoaders.peek(source, { load })?.users]).toEqual(
      [1, 1, 2],
    );
    rerender(page(["b"]));
    await pause(80);
    expect([shown("b"), counts.closed]).toEqual(["ready 4 1", 0]);
    const loader = sharedLoaders.peek(source, { load });
    rerender(page([]));
    await waitFor(() => expect(backend.openExecutables).toBe(0));
    expect([loader?.users, loader?.listeners, counts.closed]).toEqual([0, 0, 1]);
  });

  it("survives a change of pages within the grace time", async () => {
    const { load, counts } = tinyLoads();
    const source = tinySource();
    const { rerender } = render(<Model key="first" source={source} load={load} />);
    await waitFor(() => expect(shown()).toMatch("ready"));
    rerender(<p>on the way</p>);
    rerender(<Model key="second" source={source} load={load} />);
    expect(shown()).toMatch("ready");
    await pause(80);
    expect([shown(), counts.begun, counts.closed]).toEqual(["ready 4 1", 1, 0]);
  });

  it("aborts the load when the component leaves meanwhile", async () => {
    const { load, counts, backend } = tinyLoads({ delay: 150 });
    const { unmount } = render(<Model source={tinySource()} load={load} />);
    await waitFor(() => expect(counts.begun).toBe(1));
    unmount();
    await waitFor(() => expect(counts).toEqual({ begun: 1, aborted: 1, closed: 1 }));
    expect(backend.openExecutables).toBe(0);
  });

  it("shows an error, and loads again when asked", async () => {
    let isBroken = true;
    const { load, counts } = tinyLoads({ fail: () => isBroken });
    render(<Model source={tinySource()} load={load} />);
    await waitFor(() => expect(shown()).toBe("error  1 no network"));
    isBroken = false;
    press("load model");
    await waitFor(() => expect(shown()).toBe("ready 4 1"));
    expect(counts.begun).toBe(2);
  });

  it("waits for load() where autoLoad is false, and can dispose and load again", async () => {
    const { load, counts, backend } = tinyLoads();
    render(<Model source={tinySource()} load={load} autoLoad={false} />);
    await act(() => pause(30));
    expect([shown(), counts.begun]).toEqual(["idle", 0]);
    press("load model");
    await waitFor(() => expect(shown()).toBe("ready 4 1"));
    press("dispose model");
    await waitFor(() => expect([shown(), backend.openExecutables]).toEqual(["idle", 0]));
    press("load model");
    await waitFor(() => expect(shown()).toBe("ready 4 1"));
  });

  it("does not load anew at every render where the function is written inside the component, and does for another source", async () => {
    const { load, counts } = tinyLoads();
    const [one, other] = [tinySource(), tinySource()];
    function Page({ source }: { source: typeof one }) {
      const [renders, setRenders] = useState(0);
      const { status } = useGlide(source, { graceTime: 20, load: (...given) => load(...given) });
      return (
        <button type="button" onClick={() => setRenders(renders + 1)}>
          {`${status} ${renders}`}
        </button>
      );
    }
    const { rerender } = render(<Page source={one} />);
    await waitFor(() => screen.getByText("ready 0"));
    press("ready 0");
    await waitFor(() => screen.getByText("ready 1"));
    expect(counts.begun).toBe(1);
    rerender(<Page source={other} />);
    await waitFor(() => expect(counts).toMatchObject({ begun: 2, closed: 1 }));
    await waitFor(() => screen.getByText("ready 1"));
  });

  it("loads anew where the key says that the function means something else", async () => {
    const [first, second] = [tinyLoads(), tinyLoads()];
    const source = tinySource();
    const { rerender } = render(<Model source={source} load={first.load} loadKey="a" />);
    await waitFor(() => expect(shown()).toMatch("ready"));
    rerender(<Model source={source} load={second.load} loadKey="a" />);
    await pause(20);
    expect(second.counts.begun).toBe(0);
    rerender(<Model source={source} load={second.load} loadKey="b" />);
    await waitFor(() => expect([shown(), second.counts.begun]).toEqual(["ready 4 1", 1]));
    await waitFor(() => expect(first.counts.closed).toBe(1));
  });

  it("takes its defaults from the provider, from one inside another, and the component's own before them", async () => {
    const { load, counts } = tinyLoads();
    const source = tinySource();
    render(
      <GlissadeProvider load={load}>
        <GlissadeProvider autoLoad={false}>
          <Model name="a" source={source} />
          <Model name="b" source={source} keepLoaded autoLoad />
        </GlissadeProvider>
      </GlissadeProvider>,
    );
    await waitFor(() => expect([shown("a"), shown("b")]).toEqual(["idle", "ready 4 1"]));
    expect(counts.begun).toBe(1);
  });
});

describe("useGlide in a page that a server rendered", () => {
  it("takes up the server's markup though the model is loaded already, and shows it then", async () => {
    const { load } = tinyLoads();
    const source = tinySource();
    render(<Model name="first" source={source} load={load} />);
    await waitFor(() => expect(shown("first")).toBe("ready 4 1"));
    const errors: unknown[] = [];
    const statuses: string[] = [];
    function Status() {
      const { status } = useGlide(source, { load });
      statuses.push(status);
      return <p>{status}</p>;
    }
    const container = document.body.appendChild(document.createElement("div"));
    container.innerHTML = "<p>idle</p>";
    const [paragraph] = container.children;
    render(<Status />, {
      container,
      hydrate: true,
      onRecoverableError: (error) => errors.push(error),
    });
    expect([
      statuses[0],
      container.textContent,
      container.children[0] === paragraph,
      errors,
    ]).toEqual(["idle", "ready", true, []]);
  });
});

class ErrorBoundary extends Component<{ children: ReactNode }> {
  override state: { error: Error | undefined } = { error: undefined };
  static getDerivedStateFromError(error: Error) {
    return { error };
  }
  override render() {
    if (!this.state.error) return this.props.children;
    return (
      <button type="button" onClick={() => this.setState({ error: undefined })}>
        {`failed: ${this.state.error.message}`}
      </button>
    );
  }
}

describe("useGlide with suspense", () => {
  function Loaded({
    source,
    load,
    graceTime = 50,
  }: {
    source: ReturnType<typeof tinySource>;
    load: NonNullable<UseGlideOptions["load"]>;
    graceTime?: number;
  }) {
    const { glide, status, dispose } = useGlide(source, { suspense: true, load, graceTime });
    return (
      <button type="button" onClick={() => void dispose()}>
        {`${status} ${glide.imageSize}`}
      </button>
    );
  }

  it("shows the fallback until the model is there, and loads once under StrictMode", async () => {
    const { load, counts, backend } = tinyLoads();
    const page = (
      <Suspense fallback={<p>loading</p>}>
        <Loaded source={tinySource()} load={load} />
      </Suspense>
    );
    const { unmount } = render(page, { wrapper: StrictMode });
    expect(screen.getByText("loading")).toBeTruthy();
    await waitFor(() => screen.getByText("ready 4"));
    await act(() => pause(1200));
    expect([screen.queryByText("loading"), counts.begun, counts.closed]).toEqual([null, 1, 0]);
    unmount();
    await waitFor(() => expect(backend.openExecutables).toBe(0), patience);
  });

  it("suspends again, and loads again, where the model is disposed of", async () => {
    const { load, counts } = tinyLoads();
    render(
      <Suspense fallback={<p>loading</p>}>
        <Loaded source={tinySource()} load={load} />
      </Suspense>,
    );
    await waitFor(() => screen.getByText("ready 4"));
    press("ready 4");
    await waitFor(() => screen.getByText("loading"));
    await waitFor(() =>
      expect([screen.queryByText("loading"), counts.begun, counts.closed]).toEqual([null, 2, 1]),
    );
    expect(screen.getByText("ready 4")).toBeTruthy();
  });

  it("does not keep a model that nobody waits for any more", async () => {
    const { load, counts, backend } = tinyLoads();
    const { unmount } = render(
      <Suspense fallback="loading">
        <Loaded source={tinySource()} load={load} />
      </Suspense>,
    );
    unmount();
    await waitFor(() => expect(counts).toEqual({ begun: 1, aborted: 1, closed: 1 }), patience);
    expect(backend.openExecutables).toBe(0);
  });

  it("throws the error to the boundary, and loads again when that is tried again later", async () => {
    // React reports what a boundary catches
    const silenced = vi.spyOn(console, "error").mockImplementation(() => {});
    // React 18 dispatches it to the window, too
    const quiet = (event: ErrorEvent) => event.preventDefault();
    window.addEventListener("error", quiet);
    let isBroken = true;
    const { load, counts } = tinyLoads({ fail: () => isBroken });
    render(
      <ErrorBoundary>
        <Suspense fallback="loading">
          <Loaded source={tinySource()} load={load} />
        </Suspense>
      </ErrorBoundary>,
    );
    await waitFor(() => screen.getByText("failed: no network"));
    isBroken = false;
    await waitFor(() => expect(sharedLoaders.size).toBe(0), patience);
    press("failed: no network");
    await waitFor(() => screen.getByText("ready 4"));
    expect(counts.begun).toBe(2);
    window.removeEventListener("error", quiet);
    silenced.mockRestore();
  });
});
