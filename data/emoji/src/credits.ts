import { emojibase, type PictureSource } from "./sources.ts";

const licenseTexts: Readonly<Record<string, string>> = {
  "Apache-2.0": "https://www.apache.org/licenses/LICENSE-2.0",
  "CC-BY-4.0": "https://creativecommons.org/licenses/by/4.0/",
  "CC-BY-3.0": "https://creativecommons.org/licenses/by/3.0/",
  MIT: "https://opensource.org/license/mit",
  "Public-Domain": "https://creativecommons.org/publicdomain/mark/1.0/",
};

const mitText = `Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is furnished to do so, subject to the following conditions: The above copyright notice
and this permission notice shall be included in all copies or substantial portions of the Software. THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY
KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT
SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING
FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`;

/**
 * `DATA_CREDITS.md`: whom the pictures and words are owed to. It goes beside weights that were
 * trained on them.
 */
export function dataCredits(
  sources: readonly { readonly source: PictureSource; readonly pictures: number }[],
): string {
  const rows = sources.map(({ source, pictures }) => {
    const license = `[${source.license}](${licenseTexts[source.license] ?? source.homepage})`;
    return `| [${source.credit}](${source.homepage}) | ${license} | \`${source.package.name}\` ${source.package.version} | "${source.style}" | ${pictures} |`;
  });
  return `# Credits of the data

The pictures and the words of this data set were made by others. They were drawn at 256 x 256 pixels, scaled down, laid on plain backgrounds and beside each
other, partly mirrored and (silhouettes) recoloured; captions were put together from their names. They were used to train neural networks. None of their
authors endorses that.

| work and author | licence | package | style word | pictures |
| --- | --- | --- | --- | --- |
${rows.join("\n")}

Labels and keywords: [emojibase](https://emojibase.dev) ${emojibase.version}, Copyright (c) 2017-2019 Miles Johnson, MIT; after the
[Unicode CLDR](https://cldr.unicode.org), Copyright (c) 1991-present Unicode, Inc., [Unicode License v3](https://www.unicode.org/license.txt). The icon packages were put together by
[Iconify](https://iconify.design), Vjacheslav Trushkin.

Fluent Emoji: Copyright (c) Microsoft Corporation. Phosphor Icons: Copyright (c) 2022 Phosphor Icons. Both under the MIT licence:

> ${mitText.replaceAll("\n", "\n> ")}

Open Clip Art: each file used states its own dedication to the public domain.
`;
}
