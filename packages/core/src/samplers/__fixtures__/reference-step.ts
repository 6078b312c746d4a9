import { betaSchedule } from "../../diffusion/beta-schedule.ts";
import { gaussianDiffusion, respace } from "../../diffusion/gaussian-diffusion.ts";
import { spaceTimesteps } from "../../diffusion/spacing.ts";
import { tensor } from "@glissade/graph";

// Inputs for which GLIDE's reference implementation gave the results in ddpm.test.ts and
// ddim.test.ts: one pixel of two images at different steps of a cosine diffusion of 1000 steps
// respaced to 10, with learned-range variance.

export const referenceProcess = respace(gaussianDiffusion(betaSchedule("squaredcos_cap_v2", 1000)), spaceTimesteps(1000, "10"));
export const t = [4, 1];
const pixel = [2, 3, 1, 1];
export const x = tensor(pixel, [-0.5141051, -0.4271379, -0.6097977, -1.3758432, -0.1594573, 0.6940782]);
export const noise = tensor(pixel, [-2.7709618, -0.5718672, -0.2887541, 0.2650035, 0.1625762, -2.2713377]);
export const modelOutput = tensor(
  [2, 6, 1, 1],
  [-0.9564872, -2.6476297, -0.0186281, 0.0809371, 0.512157, 0.2668015, -1.455439, 1.2626225, 0.0121535, -0.8402625, 0.0029917, 1.4881966],
);
export const gradient = tensor(pixel, [0.2268793, -0.2063253, 0.8075363, -0.653729, -0.2456933, -0.3141479]);
