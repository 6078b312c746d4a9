import { clientScript } from "@glissade-tools/pages/client-script";

/** What draws a report's curves in the browser, after uPlot's own script. */
export const reportScript = () => clientScript(new URL("./report.client.ts", import.meta.url));
