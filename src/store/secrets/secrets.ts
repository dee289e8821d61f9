import { sql } from "drizzle-orm";
import type { Database } from "../database.ts";
import type { SecretStore } from "./contract.ts";

export const secretQueries = (database: Database): SecretStore => ({
  ensure: (name, fresh) =>
    database.call("secrets.ensure", async ({ rows }) => {
      await rows(sql`insert into secrets (name, value) values (${name}, ${fresh}) on conflict (name) do nothing`);
      const [found] = await rows<{ value: string }>(sql`select value from secrets where name = ${name}`);
      return found?.value ?? fresh;
    }),
});
