import { type JWTPayload, SignJWT } from "jose";

/** A user's token, signed with a secret; valid for an hour unless `claims` say otherwise. */
export const userToken = (secret: string, claims: JWTPayload, alg = "HS256"): Promise<string> =>
  new SignJWT({ exp: Math.floor(Date.now() / 1000) + 3600, ...claims })
    .setProtectedHeader({ alg })
    .sign(new TextEncoder().encode(secret));

export const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });

/** Requests an access token with `headers` from the endpoint. */
export const accessToken = async (
  url: string,
  request: Record<string, unknown>,
  headers: Record<string, string> = {},
): Promise<string> => {
  const response = await fetch(`${url}/api/v1/access-tokens`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(request),
  });
  if (response.status !== 201) throw new Error(`no access token: ${response.status}`);
  const { access_token } = (await response.json()) as { readonly access_token: string };
  return access_token;
};
