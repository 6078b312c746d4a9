// Written by scripts/list-files.ts. Every address is spelled out, so that bundlers see the file and
// ship it.

/** The model's files, by their paths in it. */
export const files = {
  "base/config.json": {
    url: new URL("../model/base/config.json", import.meta.url),
    bytes: 493,
    sha256: "218f54b05f21401ac80653a4698296fa03bd8163091725290f86a36e783a683f",
  },
  "base/model.safetensors": {
    url: new URL("../model/base/model.safetensors", import.meta.url),
    bytes: 11412884,
    sha256: "6e118f69b30a7f57647cc865a28b749944894223c8322c7839f7fd29edf80096",
  },
  "base_inpaint/config.json": {
    url: new URL("../model/base_inpaint/config.json", import.meta.url),
    bytes: 519,
    sha256: "cb6a1c28d9f2b079b9526fb7febfc84e509464b299c822c91df731f0b6257cc7",
  },
  "base_inpaint/model.safetensors": {
    url: new URL("../model/base_inpaint/model.safetensors", import.meta.url),
    bytes: 11415188,
    sha256: "ceabb710dcad58122aaf07aebd9fafe28767fc5f82bb656d13d1c003b5e64008",
  },
  "clip/config.json": {
    url: new URL("../model/clip/config.json", import.meta.url),
    bytes: 338,
    sha256: "2427be9a513555b389cb0f38136ec260f712a448a17d50a91fed5459eca6589e",
  },
  "clip/image_encoder/model.safetensors": {
    url: new URL("../model/clip/image_encoder/model.safetensors", import.meta.url),
    bytes: 1910168,
    sha256: "78f8982207405bab0afac40d8263b61517acfd72bf9a4a8d47fb2af9abd1409b",
  },
  "clip/text_encoder/model.safetensors": {
    url: new URL("../model/clip/text_encoder/model.safetensors", import.meta.url),
    bytes: 2281560,
    sha256: "678999b9d38eecc15197c383c65fa469871f1e0b7af8991b3c61cdbbe1c8edd2",
  },
  "clip_tokenizer/tokenizer.json": {
    url: new URL("../model/clip_tokenizer/tokenizer.json", import.meta.url),
    bytes: 108837,
    sha256: "88cfee1dd21bf6b7a53ec0a562d32ae7985698c3c5302b6e5fa6b5d0aa84e7da",
  },
  "model_index.json": {
    url: new URL("../model/model_index.json", import.meta.url),
    bytes: 730,
    sha256: "8dce37ae77fd1ab83bf4fa038a4182974f7d178ff61b126777302612cd228493",
  },
  "scheduler/scheduler_config.json": {
    url: new URL("../model/scheduler/scheduler_config.json", import.meta.url),
    bytes: 170,
    sha256: "c3a9dc735f9a39e517f9bcef0b3d817a1f6cb9c61739a08328962e11ed6e14e4",
  },
  "tokenizer/tokenizer.json": {
    url: new URL("../model/tokenizer/tokenizer.json", import.meta.url),
    bytes: 49053,
    sha256: "f26121ca791d67b60cd0e9166dc777f9418b78ef702d088a8033ee397065b976",
  },
  "upsampler/config.json": {
    url: new URL("../model/upsampler/config.json", import.meta.url),
    bytes: 507,
    sha256: "4e1eda772ab6b93a8b41342e0f8a074d8deb804c5e1c8801c4336a1d7119aa42",
  },
  "upsampler/model.safetensors": {
    url: new URL("../model/upsampler/model.safetensors", import.meta.url),
    bytes: 3355184,
    sha256: "5d7556f57875153a5c828a1c49dc43c7482a8a71e1416b1321b8010b819b416f",
  },
  "upsampler_scheduler/scheduler_config.json": {
    url: new URL("../model/upsampler_scheduler/scheduler_config.json", import.meta.url),
    bytes: 153,
    sha256: "cb9e6d7359de0a58ff44206e85cbb53b1e7829fe260ef2cf349530f3dc32d066",
  },
};
