/**
 * A response that stays the same as long as the process lives. It is made on the first request and sent only to clients
 * that do not have it yet (`etag`, RFC 9110 §8.8.3). Clients revalidate each time, so that a new version shows at once.
 */
export class CachedDocument {
  #made: Promise<{ readonly body: string | Uint8Array<ArrayBuffer>; readonly etag: string }> | undefined;

  constructor(
    private readonly mediaType: string,
    private readonly make: () => Promise<string | Uint8Array<ArrayBuffer>>,
  ) {}

  async answer(request: Request): Promise<Response> {
    this.#made ??= this.#make();
    const { body, etag } = await this.#made;
    const headers = {
      etag,
      "cache-control": "no-cache",
      "content-type": this.mediaType,
      "x-content-type-options": "nosniff",
    };
    const known = request.headers.get("if-none-match") ?? "";
    if (known.includes(etag)) return new Response(null, { status: 304, headers });
    return new Response(body, { headers });
  }

  async #make() {
    const body = await this.make();
    const digest = new Bun.CryptoHasher("sha256").update(body).digest("base64url");
    return { body, etag: `"${digest}"` };
  }
}
