const machineFolders = ["work", "root", "tmp"];

/**
 * A path that exists on one machine only: an absolute one into a folder of `machineFolders`, not
 * the tail of a longer path or of an address.
 */
const machinePath = new RegExp(`(?<![\\w./~$}-])/(?:${machineFolders.join("|")})(?![\\w.-])`);
const registryHost = /registry\.npmjs|registry\.yarnpkg|files\.pythonhosted|deb\.debian/;

/** Lines that tie a text to the machine or the registry where it was written, as `line: text`. */
export function machineTraces(text: string): string[] {
  return text
    .split("\n")
    .map((line, index) => ({ line, number: index + 1 }))
    .filter(({ line }) => machinePath.test(line) || registryHost.test(line))
    .map(({ line, number }) => `${number}: ${line.trim().slice(0, 120)}`);
}
