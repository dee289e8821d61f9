import { expect, test } from "bun:test";
import postgres from "postgres";
import { freshDatabase } from "../support/postgres.ts";

/** https://github.com/porsager/postgres/issues/1208: without patches/postgres@*.patch the process ends with the last line. */
test("a statement on a connection whose backend was ended is rejected, and the process goes on", async () => {
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
