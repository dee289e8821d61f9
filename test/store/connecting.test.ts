import { describe, expect, test } from "bun:test";
import { createServer, type Socket } from "node:net";
import { realSystem } from "../../src/domain/system.ts";
import { postgresStore } from "../../src/store/drivers/postgres.ts";
import { storeError } from "../../src/store/failure.ts";
import { withConnectRemedy } from "../../src/store/trouble.ts";
import { freshDatabase } from "../support/postgres.ts";

/** Short: each of these tests waits for it. */
const DEADLINE_MS = 500;

const firstCalls = async (url: string) => {
  const store = postgresStore({ url, system: realSystem, deadlineMs: DEADLINE_MS });
  const words = (call: Promise<unknown>) =>
    call.then(
      () => "ok",
      ({ message, cause }: Error) => {
        // `yeoul check` adds the message of a cause that is not told yet.
        expect(message).toContain((cause as Error).message);
        return message;
      },
    );
  try {
    return { migrate: await words(store.migrate()), check: await words(store.check()) };
  } finally {
    await store.close();
  }
};

/** A server that does `answer` with every connection. */
const otherServer = async (answer: (socket: Socket) => void) => {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {}).on("close", () => sockets.delete(socket));
    answer(socket);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as { port: number };
  return {
    url: `postgres://u:s3cret@127.0.0.1:${port}/yeoul`,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((closed) => server.close(closed));
    },
  };
};

describe("a server that is not Postgres ends the first call within the deadline, naming DATABASE_URL", () => {
  test.each([
    ["speaks HTTP", (socket: Socket) => socket.on("data", () => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"))],
    [
      "answers with invalid bytes",
      (socket: Socket) => socket.on("data", () => socket.write("SSH-2.0-OpenSSH_10.0\r\n")),
    ],
    ["sends nothing", (socket: Socket) => socket.resume()],
    ["hangs up", (socket: Socket) => socket.destroy()],
  ])("when it %s", async (_, answer) => {
    await using server = await otherServer(answer);
    const { migrate, check } = await firstCalls(server.url);
    expect(migrate).toMatch(/^the database cannot be brought up to date: .*DATABASE_URL/);
    expect(check).toMatch(/^the database cannot be used: .*DATABASE_URL/);
    expect(migrate).not.toContain("s3cret");
  });
});

describe("a database that cannot be connected to is named in plain words, with the remedy", () => {
  test("nothing listens", async () => {
    expect(await firstCalls("postgres://127.0.0.1:1/yeoul")).toEqual({
      migrate:
        "the database cannot be brought up to date: the database cannot be reached: no server is listening at its address (connect ECONNREFUSED 127.0.0.1:1): check the host and the port in DATABASE_URL, and that Postgres is running",
      check:
        "the database cannot be used: the database cannot be reached: no server is listening at its address (connect ECONNREFUSED 127.0.0.1:1): check the host and the port in DATABASE_URL, and that Postgres is running",
    });
  });

  test("the host name is unknown", async () => {
    const { check } = await firstCalls("postgres://nowhere.invalid/yeoul");
    expect(check).toContain("its host name cannot be resolved");
    expect(check).toEndWith(": check the host in DATABASE_URL");
  });

  test("the database does not exist", async () => {
    const url = new URL(await freshDatabase());
    url.pathname = "/missing";
    const { migrate } = await firstCalls(url.href);
    expect(migrate).toContain('the database does not exist (database "missing" does not exist): create it');
    expect(migrate).toContain("DATABASE_URL");
  });

  test("the role does not exist", async () => {
    const url = new URL(await freshDatabase());
    url.username = "nobody_here";
    const { check } = await firstCalls(url.href);
    expect(check).toContain("the database rejected the role or its password");
    expect(check).toContain("check the user and the password in DATABASE_URL");
  });

  test("the server has no TLS", async () => {
    const { check } = await firstCalls(`${await freshDatabase()}?sslmode=require`);
    expect(check).toContain("DATABASE_URL");
  });
});

test.each([
  ["28P01", "the database rejected the role or its password", "check the user and the password in DATABASE_URL"],
  ["DEPTH_ZERO_SELF_SIGNED_CERT", "TLS to it fails", "check sslmode in DATABASE_URL"],
  ["ERR_TLS_CERT_ALTNAME_INVALID", "TLS to it fails", "check sslmode in DATABASE_URL"],
  ["EHOSTUNREACH", "the database cannot be reached", "check the host and the port in DATABASE_URL"],
])("%s is explained", (code, trouble, remedy) => {
  const failure = storeError("the call", Object.assign(new Error("its own words"), { code }));
  const { message } = withConnectRemedy(failure) as Error;
  expect(message).toStartWith("the call: ");
  expect(message).toContain(`${trouble} (its own words): ${remedy}`);
});

test("a failure of another kind stays as it is", () => {
  const failure = storeError("the call", Object.assign(new Error("no such column"), { code: "42703" }));
  expect(withConnectRemedy(failure)).toBe(failure);
});
