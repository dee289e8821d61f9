import { expect, test } from "bun:test";
import { Type } from "@sinclair/typebox";
import type { ModelRequest } from "../../src/models/contract.ts";
import { replyOf } from "../support/model-server.ts";
import type { WireSettings } from "../support/wires/wire.ts";
import { type Driver, HELLO, partsFrom, QUESTION, type Start } from "./model-kit.ts";

const SOLVE = { name: "solve", description: "Solves an equation.", input: Type.Object({ equation: Type.String() }) };
const SCHEMA = Type.Object({ answer: Type.String() }, { additionalProperties: false });

/** How a request replyOf to answer. */
export const modelSettings = ({ wire }: Driver, start: Start): void => {
  const settingsIn = async (request: Partial<ModelRequest>): Promise<WireSettings> => {
    const { server, model } = start();
    server.reply(replyOf(wire, HELLO));
    await partsFrom(model, { ...QUESTION, ...request });
    return wire.decode(server.received[0]?.body).settings;
  };

  const SETTINGS = [
    ["topP", { topP: 0.5 }, 0.5],
    ["stop", { stop: ["END", "\n\n"] }, ["END", "\n\n"]],
    ["seed", { seed: 7 }, 7],
    ["reasoning", { reasoning: "high" }, "high"],
    ["reasoning", { reasoning: "none" }, "none"],
    ["toolChoice", { tools: [SOLVE], toolChoice: "required" }, "required"],
    ["toolChoice", { tools: [SOLVE], toolChoice: "none" }, "none"],
    ["toolChoice", { tools: [SOLVE], toolChoice: { name: "solve" } }, { name: "solve" }],
    ["parallelToolCalls", { tools: [SOLVE], parallelToolCalls: false }, false],
    ["schema", { responseSchema: { name: "reply", schema: SCHEMA } }, expect.objectContaining({ type: "object" })],
  ] as const satisfies readonly (readonly [keyof WireSettings, Partial<ModelRequest>, unknown])[];

  test.each(SETTINGS.filter(([name]) => wire.carries.includes(name)))("%s is sent: %j", async (name, request, sent) => {
    expect((await settingsIn(request))[name]).toEqual(sent);
  });

  test("settings that a request leaves out are not sent", async () => {
    expect(Object.values(await settingsIn({})).filter((value) => value !== undefined)).toEqual([]);
  });
};
