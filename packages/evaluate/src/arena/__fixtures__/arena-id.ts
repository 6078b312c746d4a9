/** The id that an arena's page sends with every request. */
export async function arenaId(url: string): Promise<string> {
  const page = await (await fetch(url)).text();
  return /data-arena="([\w-]+)"/.exec(page)?.[1] ?? "";
}
