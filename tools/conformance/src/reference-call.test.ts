import { describe, expect, it } from "vitest";
import { findCall, referenceProcess } from "./reference-call.ts";

describe("findCall", () => {
  it("reads positional and named arguments, whatever brackets and quotes they hold", () => {
    const call = findCall(
      "glide.unet.ResBlock(32, 40, dims=(1, 2), name='a, b', up=True)(x, emb)",
      "ResBlock",
    );
    expect(call?.positional).toEqual(["32", "40"]);
    expect([...(call?.named ?? [])]).toEqual([
      ["dims", "(1, 2)"],
      ["name", "'a, b'"],
      ["up", "True"],
    ]);
  });

  it("takes whole names only, and knows when there is none", () => {
    expect(findCall("QKVAttentionLegacy(2)(qkv)", "QKVAttention")).toBeUndefined();
    expect(findCall("SiLU()(x)", "SiLU")).toEqual({ positional: [], named: new Map() });
  });
});

describe("referenceProcess", () => {
  it("reads schedule and respacing from the call, in both of its spellings, or from the values", () => {
    const short = referenceProcess({
      call: "SpacedDiffusion(space_timesteps(1000,'10'), squaredcos_cap_v2).p_sample_loop(model_fn)",
    });
    const long = referenceProcess({
      call: "SpacedDiffusion(use_timesteps=space_timesteps(1000, '10'), betas=get_named_beta_schedule('squaredcos_cap_v2', 1000))",
    });
    const values = referenceProcess({
      values: { schedule: "squaredcos_cap_v2", T: 1000, respacing: "10" },
    });
    expect(short.timestepMap).toEqual([0, 111, 222, 333, 444, 555, 666, 777, 888, 999]);
    expect(long).toEqual(short);
    expect(values).toEqual(short);
    expect(
      referenceProcess({
        call: "SpacedDiffusion(use_timesteps=space_timesteps(300, [10, 15, 20]), betas=get_named_beta_schedule('linear', 300))",
      }).numTimesteps,
    ).toBe(45);
  });
});
