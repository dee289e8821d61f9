/**
 * What is the same for as long as the process lives: made when it is first asked for, and sent again only to whoever does not
 * have it yet (`etag`, RFC 9110 §8.8.3). Clients ask each time, so that a new version shows at once.
 */
export class Constant {
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
