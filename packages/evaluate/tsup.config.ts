import { pageScripts } from "../../tools/pages/src/page-scripts.ts";
import { packageBuild } from "../../tsup.package.ts";

export default packageBuild({ esbuildPlugins: [pageScripts()] });
