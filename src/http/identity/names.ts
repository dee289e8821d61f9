import { RequestError } from "../../domain/error.ts";
import { headerText } from "../request/header-text.ts";
import type { Identity } from "./identity.ts";

/** Names of the user field in queries and bodies: the older contracts differ. */
const FIELDS = ["userId", "user_id"] as const;
/** The header that names the user where no trusted header does. */
const HEADER = "x-user-id";

/** Adds the users that the request's header, query and path name. A repeated header arrives joined by a comma. */
export const addNamesInRequest = (
  identity: Identity,
  request: Request,
  params: Readonly<Record<string, string | undefined>> | undefined,
  trustedHeader: string | null,
): void => {
  // The trusted header is part of the credential, or must name the same user.
  for (const name of new Set([HEADER, ...(trustedHeader === null ? [] : [trustedHeader])])) {
    const header = headerText(request.headers, name);
    if (header?.includes(", ") && identity.claim.userId === null) throw repeated("/userId");
    if (header !== null) identity.addName(header, "/userId");
  }
  for (const field of FIELDS) {
    const inPath = params?.[field];
    if (inPath !== undefined) identity.addName(inPath, `/${field}`);
  }
  if (!request.url.includes("?")) return;
  const { searchParams } = new URL(request.url);
  for (const field of FIELDS) {
    const named = searchParams.getAll(field);
    for (const name of named) identity.addName(name, `/${field}`);
    if (named.length > 1) throw repeated(`/${field}`);
  }
  // An invalid name must not count as absent.
  void identity.userId;
};

/** Adds the user that a body names: a JSON object or a form's fields. Null counts as absent. */
export const addNamesInBody = (identity: Identity, body: unknown): void => {
  if (typeof body !== "object" || body === null) return;
  for (const field of FIELDS) {
    const name = Object.hasOwn(body, field) ? (body as Record<string, unknown>)[field] : null;
    if (name !== null) identity.addName(name, `/${field}`);
  }
};

const repeated = (path: "/userId" | "/user_id"): RequestError =>
  new RequestError("invalid", `${path.slice(1)} must be given once.`, {
    details: [{ path, message: "must be given once" }],
  });
