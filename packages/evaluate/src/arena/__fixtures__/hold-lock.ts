import { openSqlite } from "../sqlite.ts";

/** A process of its own that holds a database's write lock until its standard input ends. */
const database = await openSqlite(process.argv[2] ?? "", 0);
database.exec("BEGIN IMMEDIATE");
process.stdout.write("locked\n");
process.stdin.on("data", () => {}).on("end", () => {
  database.exec("ROLLBACK");
  database.close();
});
