import { expect, test } from "bun:test";
import postgres from "postgres";
import { databaseProxy } from "../support/database-proxy.ts";
import { freshDatabase } from "../support/postgres.ts";

/**
 * https://github.com/porsager/postgres/issues/1208: without patches/postgres@*.patch the last line ends the process.
 */
test("a statement on a connection whose backend was terminated is rejected, and the process goes on", async () => {
  const url = await freshDatabase();
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  const other = postgres(url, { max: 1, onnotice: () => {} });
  const reserved = await sql.reserve();
  const [backend] = await reserved<{ pid: number }[]>`select pg_backend_pid() as pid`;
  await other`select pg_terminate_backend(${backend?.pid ?? 0})`;
  const attempts = [1, 2, 3].map(() =>
    reserved`select 1`.then(
      () => "answered",
      (error) => error.code,
    ),
  );
  for (const outcome of await Promise.all(attempts)) expect(outcome).not.toBe("answered");
  expect(
    await reserved`select 1`.then(
      () => "answered",
      (error) => error.code,
    ),
  ).toBe("CONNECTION_CLOSED");
  expect(await other`select 1 as one`).toMatchObject([{ one: 1 }]);
  await Promise.all([sql.end({ timeout: 0 }), other.end()]);
});

/** Without the patch it never settles: the driver rejects waiting statements on the error, but none on the close. */
test("a statement that is sent between a connection's error and its close is answered or rejected", async () => {
  const url = await freshDatabase();
  await using proxy = await databaseProxy(url);
  const sql = postgres(proxy.url, { max: 1, onnotice: () => {} });
  await sql`select 1`;
  proxy.cutWhen("a marked statement", "reset");
  const repeated = sql`select 'a marked statement'`.catch(async (error) => {
    expect(error.code).toBe("ECONNRESET");
    return sql`select 2`.catch((late) => late.code);
  });
  expect(await repeated).toBeDefined();
  await sql.end({ timeout: 0 });
});
