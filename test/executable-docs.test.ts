import { expect, test } from "bun:test";
import { box } from "./support/executable.ts";

test("the executable contains the page of its OpenAPI document with all its files", async () => {
  using alone = await box();
  await using service = await alone.serve();
  const documented = (await (await fetch(`${service.url}/openapi.json`)).json()) as { readonly openapi: string };
  expect(documented.openapi).toBe("3.1.0");
  expect(await (await fetch(`${service.url}/docs`)).text()).toContain('src="docs/swagger-ui.js"');
  for (const name of ["swagger-ui-bundle.js", "swagger-ui.css"]) {
    const served = await fetch(`${service.url}/docs/${name.replace("-bundle", "")}`);
    const original = Bun.file(Bun.resolveSync(`swagger-ui-dist/${name}`, import.meta.dir));
    expect((await served.text()) === (await original.text())).toBe(true);
  }
}, 120_000);
