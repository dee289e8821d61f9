import type { IdentitySettings } from "../../domain/identity.ts";
import type { Json } from "./components.ts";
import { isOpen, type Operation, type Parameter } from "./operation.ts";
import { inQuery } from "./parameters.ts";

/**
 * What the document says of credentials: the requirement of every operation that is not open, and the schemes that it
 * names.
 */
export interface Security {
  /** Empty when no credential is required. */
  readonly required: readonly Json[];
  readonly schemes: Json;
}

/** Returns the credentials that a service with these settings accepts. */
export const securityOf = ({ serviceTokens, userTokens, trustedHeader }: IdentitySettings): Security => {
  const takesService = serviceTokens.length > 0;
  const kinds = [
    ...(takesService ? ["the service token of a trusted backend"] : []),
    ...(userTokens === null ? [] : ["a user's own token (JWT)"]),
    "an access token",
  ];
  const token = { type: "http", scheme: "bearer", description: `One of: ${kinds.join(", ")}.` };
  const header = {
    type: "apiKey",
    in: "header",
    name: trustedHeader,
    description: "The user's id, set by the ingress.",
  };
  const takesToken = takesService || userTokens !== null;
  return {
    required: [
      ...(trustedHeader === null ? [] : [takesService ? { token: [], user: [] } : { user: [] }]),
      ...(takesToken ? [{ token: [] }] : []),
    ],
    schemes: {
      ...(takesToken && { token }),
      ...(trustedHeader !== null && { user: header }),
    },
  };
};

const ACCESS_TOKEN = inQuery(
  "access_token",
  "An access token, for clients that cannot send headers, such as EventSource.",
);

/** The parameters of clients that cannot send a header. */
export const credentialParameters = (method: string, operation: Operation): readonly Parameter[] =>
  method === "GET" && !isOpen(operation) && operation.access !== "own" ? [ACCESS_TOKEN] : [];
