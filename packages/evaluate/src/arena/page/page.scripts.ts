import { clientScript } from "@glissade-tools/pages/client-script";

/** The script of the page of votes. */
export const voteScript = () => clientScript(new URL("./vote.client.ts", import.meta.url));

/** The script of the page of results. */
export const resultsScript = () => clientScript(new URL("./results.client.ts", import.meta.url));
