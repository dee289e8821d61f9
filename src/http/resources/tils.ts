import { Type } from "@sinclair/typebox";
import { Elysia } from "elysia";
import { slugOf } from "../../domain/slug.ts";
import type { System } from "../../domain/system.ts";
import { hasLength, isStorable } from "../../domain/text.ts";
import { Text } from "../../domain/text-field.ts";
import { TIL_BOUNDS } from "../../domain/til.ts";
import type { NewTag, NewTil } from "../../store/notes/contract.ts";
import { fillsPage } from "../../store/page-bytes.ts";
import type { RouteParts } from "../context.ts";
import { keyedRequest } from "../idempotency/key.ts";
import { described, empty, json, type Tag } from "../openapi/operation.ts";
import { IDEMPOTENCY_HEADER, inPath, paging, USER_OR_DEFAULT } from "../openapi/parameters.ts";
import { withJson } from "../request/body.ts";
import { callerOrDefault, notFound } from "../request/caller.ts";
import { invalid, validator } from "../request/validate.ts";
import { pageIn, pageOf } from "./pagination.ts";
import { listOf } from "./shapes.ts";
import { type NewTilBody, NewTilShape, TagsShape, TilShape, tagsView, tilView } from "./til-shapes.ts";

const PER_PAGE = { defaultSize: 20, maxSize: 100 };
/** Tags in a user's list: more than anyone chooses from. */
const MOST_TAGS = 1_000;
/** When the TIL was saved, and its id, since several may share the time. */
const Place = Type.Tuple([Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }), Text({ maxLength: 64 })]);

const TILS: Tag = { name: "TILs", description: "What users have learned. Users see only their own." };
const TIL_ID = inPath("tilId", "The TIL's id.");

const checkTil = validator(NewTilShape);

/** A user's TILs: saved, listed, read, deleted; and their tags. */
export const tilRoutes = ({ store: { tils }, system, idempotency }: RouteParts) =>
  new Elysia({ name: "tils", prefix: "/api/v1" })
    .post(
      "/tils",
      async ({ request, set }) => {
        const answer = await withJson(request, (sent) => {
          const body = checkTil(sent);
          const userId = callerOrDefault(request);
          const keyed = keyedRequest(request, "/api/v1/tils", userId);
          return idempotency.write(keyed, request.signal, async (made) => {
            const til = newTil(userId, body, system);
            const tilId = made?.id ?? til.tilId;
            const before = made?.isTakenOver ? await tils.get(userId, tilId) : null;
            return { status: 201, body: tilView(before ?? (await tils.save({ ...til, tilId }))) };
          });
        });
        set.status = answer.status;
        return answer.body;
      },
      {
        parse: "none",
        detail: described({
          tag: TILS,
          access: "own",
          summary: "Save a TIL",
          description:
            "The slug is derived from the title; `-2`, `-3` … make it unique. Tags match regardless of case.",
          parameters: [...USER_OR_DEFAULT, IDEMPOTENCY_HEADER],
          body: NewTilShape,
          replies: { 201: json("The saved TIL.", TilShape) },
          refusals: ["store_unavailable"],
        }),
      },
    )
    .get(
      "/tils",
      async ({ request }) => {
        const userId = callerOrDefault(request);
        const { limit, after } = pageIn(request, Place, PER_PAGE);
        const place = after === null ? null : { createdAt: after[0], tilId: after[1] };
        const found = await tils.list(userId, { limit: limit + 1, after: place });
        const { items, next } = pageOf(
          found,
          limit,
          ({ createdAt, tilId }) => [createdAt, tilId],
          fillsPage(found.map(({ content }) => content)),
        );
        return { tils: items.map(tilView), next_cursor: next };
      },
      {
        detail: described({
          tag: TILS,
          access: "read",
          summary: "List the user's TILs, newest first",
          parameters: [...USER_OR_DEFAULT, ...paging(PER_PAGE)],
          replies: { 200: json("A page of TILs.", listOf("tils", TilShape)) },
          refusals: ["invalid", "store_unavailable"],
        }),
      },
    )
    .get(
      "/tils/:tilId",
      async ({ params: { tilId }, request }) => {
        const userId = callerOrDefault(request);
        const til = isStorable(tilId) ? await tils.get(userId, tilId) : null;
        if (til === null) throw notFound("TIL");
        return tilView(til);
      },
      {
        detail: described({
          tag: TILS,
          access: "read",
          summary: "Get a TIL",
          parameters: [TIL_ID, ...USER_OR_DEFAULT],
          replies: { 200: json("The TIL.", TilShape) },
          refusals: ["not_found", "invalid", "store_unavailable"],
        }),
      },
    )
    .delete(
      "/tils/:tilId",
      async ({ params: { tilId }, request }) => {
        const userId = callerOrDefault(request);
        if (!isStorable(tilId) || !(await tils.delete(userId, tilId))) throw notFound("TIL");
        return new Response(null, { status: 204 });
      },
      {
        parse: "none",
        detail: described({
          tag: TILS,
          access: "own",
          summary: "Delete a TIL",
          description: "Its tags remain, and its day number is not reused.",
          parameters: [TIL_ID, ...USER_OR_DEFAULT],
          replies: { 204: empty("The TIL is deleted.") },
          refusals: ["not_found", "invalid", "store_unavailable"],
        }),
      },
    )
    .get("/tags", async ({ request }) => tagsView(await tils.tags(callerOrDefault(request), MOST_TAGS)), {
      detail: described({
        tag: TILS,
        access: "read",
        summary: "List the user's tags, most used first",
        parameters: USER_OR_DEFAULT,
        replies: { 200: json(`The tags, at most ${MOST_TAGS}.`, TagsShape) },
        refusals: ["invalid", "store_unavailable"],
      }),
    });

/** Returns the TIL for the store. Throws `invalid`, naming each tag that is too long. */
const newTil = (userId: string, { title, content, excerpt, day_number, tags }: NewTilBody, system: System): NewTil => {
  const requested = (tags ?? []).map((tag) => (typeof tag === "string" ? { name: tag } : tag));
  const most = TIL_BOUNDS.tagName;
  const tooLong = requested.flatMap(({ name }, at) =>
    hasLength(name.trim(), 0, most) ? [] : [{ path: `/tags/${at}`, message: `must be at most ${most} characters` }],
  );
  if (tooLong.length > 0) throw invalid(tooLong);
  return {
    tilId: system.id(),
    userId,
    title: title.trim(),
    slug: slugOf(title) || "til",
    content,
    excerpt: excerpt ?? "",
    dayNumber: day_number ?? null,
    tags: requested.map((tag) => newTag(tag, system)),
    now: system.now(),
  };
};

type RequestedTag = Exclude<NonNullable<NewTilBody["tags"]>[number], string>;

const newTag = ({ id, name, slug }: RequestedTag, system: System): NewTag => ({
  tagId: id ?? null,
  name: name.trim(),
  slug: slugOf(slug ?? "") || slugOf(name) || "tag",
  newId: system.id(),
});
