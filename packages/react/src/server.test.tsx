import "./__fixtures__/provided-context.ts";
import { sharedLoaders } from "@glissade/core/store";
import { tinyLoads, tinySource } from "@glissade/core/testing";
import { Suspense, version } from "react";
import { renderToString } from "react-dom/server";
import { describe, expect, inject, it } from "vitest";
import { GlissadeProvider, useGlide, useTextToImage } from "./index.ts";

const source = tinySource();
const { load, counts } = tinyLoads();

function Page() {
  const { glide, status } = useGlide(source);
  const run = useTextToImage(glide);
  return (
    <button type="button" onClick={() => void run.generate({ prompt: "a red apple" })}>
      {`${status} ${run.status} ${run.images.length}`}
    </button>
  );
}

describe("on a server, where there is no window", () => {
  it("is tested with the React that the project names", () => {
    expect([version.split(".")[0], typeof window]).toEqual([inject("react"), "undefined"]);
  });

  it("renders a page that has loaded nothing, and loads nothing", () => {
    const html = renderToString(
      <GlissadeProvider load={load}>
        <Page />
      </GlissadeProvider>,
    );
    expect(html).toBe('<button type="button">idle idle 0</button>');
    expect([counts.begun, sharedLoaders.size]).toEqual([0, 0]);
  });

  it("sends the fallback where the browser is to wait for the model", () => {
    function Loaded() {
      return useGlide(source, { suspense: true, load }).status;
    }
    const html = renderToString(
      <Suspense fallback={<p>loading</p>}>
        <Loaded />
      </Suspense>,
    );
    expect(html).toContain("<p>loading</p>");
    expect([counts.begun, sharedLoaders.size]).toEqual([0, 0]);
  });
});
