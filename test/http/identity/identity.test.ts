import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { RequestError } from "../../../src/domain/error.ts";
import { ANONYMOUS, Identity, isUserId } from "../../../src/http/identity/identity.ts";
import { addNamesInBody, addNamesInRequest } from "../../../src/http/identity/names.ts";

/** All the ways in which a request can name its user. */
interface RequestNames {
  readonly header: string | null;
  readonly userId: readonly string[];
  readonly user_id: readonly string[];
  readonly inPath: string | null;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Returns the user, or the code of the refusal. */
const takenFor = (credential: string | null, requestNames: RequestNames): string | null => {
  const identity = new Identity({ ...ANONYMOUS, userId: credential });
  const query = new URLSearchParams();
  for (const field of ["userId", "user_id"] as const) for (const name of requestNames[field]) query.append(field, name);
  const headers =
    requestNames.header === null ? {} : { "x-user-id": Buffer.from(requestNames.header).toString("latin1") };
  const request = new Request(`http://h/?${query}`, { headers });
  try {
    addNamesInRequest(identity, request, requestNames.inPath === null ? {} : { userId: requestNames.inPath }, null);
    addNamesInBody(identity, requestNames.body);
    return `user ${identity.userId}`;
  } catch (error) {
    if (error instanceof RequestError) return error.code;
    throw error;
  }
};

const name = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom("a", "b", "민수", "A") },
  { weight: 1, arbitrary: fc.constantFrom("", "a:b", "a\u0085", "x".repeat(129)) },
);
const names = fc.array(name, { maxLength: 2 });
const requestNames: fc.Arbitrary<RequestNames> = fc.record({
  header: fc.oneof(fc.constant(null), fc.constantFrom("a", "b", "민수", "", "a:b", "a, b")),
  userId: names,
  user_id: names,
  inPath: fc.option(name),
  body: fc.record({ userId: fc.option(name), user_id: fc.option(name) }, { requiredKeys: [] }),
});

const namesIn = ({ header, userId, user_id, inPath, body }: RequestNames): readonly string[] =>
  [header, ...userId, ...user_id, inPath, ...Object.values(body)].filter((found) => typeof found === "string");

describe("the identity of a request", () => {
  test("is the credential's user or nobody; any other user named anywhere gives 403", () => {
    fc.assert(
      fc.property(fc.constantFrom("a", "민수"), requestNames, (credential, all) => {
        const isRepeated = all.userId.length > 1 || all.user_id.length > 1;
        const expected = namesIn(all).every((found) => found === credential)
          ? isRepeated
            ? "invalid"
            : `user ${credential}`
          : "forbidden";
        // The order in which two faults are reported does not matter.
        const found = takenFor(credential, all);
        if (isRepeated && expected === "forbidden") expect(found).toBeOneOf(["forbidden", "invalid"]);
        else expect(found).toBe(expected);
      }),
      { numRuns: 2_000 },
    );
  });

  test("is the user that it names, once or several times; two different ones, a repetition or none give 422", () => {
    fc.assert(
      fc.property(requestNames, (all) => {
        const found = new Set(namesIn(all));
        const isRepeated = all.userId.length > 1 || all.user_id.length > 1 || all.header === "a, b";
        const isSound = found.size <= 1 && !isRepeated && [...found].every(isUserId);
        expect(takenFor(null, all)).toBe(isSound ? `user ${[...found][0] ?? null}` : "invalid");
      }),
      { numRuns: 2_000 },
    );
  });

  test("ignores bodies that are no objects, and inherited properties", () => {
    const identity = new Identity(ANONYMOUS);
    for (const body of [null, undefined, 7, "user_id", [], ["user_id"], Object.create({ user_id: "a" })])
      addNamesInBody(identity, body);
    expect(identity.userId).toBeNull();
    expect(() => identity.requiredUser("/user_id")).toThrow("user_id is required");
  });

  test("is refused without repeating the names", () => {
    const identity = new Identity({ ...ANONYMOUS, userId: "hunter2" });
    try {
      identity.addName("correct horse", "/user_id");
      expect.unreachable();
    } catch (error) {
      expect(JSON.stringify([error, (error as Error).message])).not.toMatch(/hunter2|correct horse/);
    }
  });
});
