import { type Static, Type } from "@sinclair/typebox";
import { NotBlank, nullable, OptionalUserField } from "../../dialects/fields.ts";
import { Text } from "../../domain/text-field.ts";
import { type Tag, TIL_BOUNDS, type Til } from "../../domain/til.ts";
import type { CountedTag } from "../../store/notes/contract.ts";

const { dayNumber: LAST_DAY, tags: MOST_TAGS } = TIL_BOUNDS;

const bounded = (most: number) =>
  Text({ ...NotBlank, maxLength: most, description: `text that is not blank, at most ${most} characters` });

const NamedTag = Type.Object({
  id: nullable(Text({ minLength: 1 }), "the id of one of the user's tags, or null"),
  name: NotBlank,
  slug: nullable(Type.String(), "text, or null"),
});

/** The body of POST /api/v1/tils. A tag's name is measured later, without the white space around it. */
export const NewTilShape = Type.Object({
  user_id: OptionalUserField,
  title: bounded(TIL_BOUNDS.title),
  content: bounded(TIL_BOUNDS.content),
  excerpt: nullable(
    Text({ maxLength: TIL_BOUNDS.excerpt }),
    `text of at most ${TIL_BOUNDS.excerpt} characters, or null`,
  ),
  day_number: nullable(
    Type.Integer({ minimum: 1, maximum: LAST_DAY }),
    `a whole number from 1 to ${LAST_DAY}; defaults to the next one`,
  ),
  tags: nullable(
    Type.Array(Type.Union([NotBlank, NamedTag]), { maxItems: MOST_TAGS }),
    `a list of at most ${MOST_TAGS} names or objects with a name and optionally id and slug; or null`,
  ),
});
export type NewTilBody = Static<typeof NewTilShape>;

const TAG = { id: Type.String(), name: Type.String(), slug: Type.String() };

export const TilShape = Type.Object(
  {
    id: Type.String(),
    title: Type.String(),
    slug: Type.String({ description: "Identifies the TIL among the user's TILs." }),
    content: Type.String({ description: "Markdown." }),
    excerpt: Type.String({ description: "May be empty." }),
    day_number: Type.Integer({ minimum: 1 }),
    tags: Type.Array(Type.Object(TAG)),
    created_at: Type.String({ format: "date-time" }),
  },
  { title: "Til" },
);

export const TagsShape = Type.Object({
  tags: Type.Array(Type.Object({ ...TAG, count: Type.Integer({ description: "The number of TILs with this tag." }) })),
});

const tagView = ({ tagId, name, slug }: Tag) => ({ id: tagId, name, slug });

export const tilView = ({ tilId, title, slug, content, excerpt, dayNumber, tags, createdAt }: Til) =>
  ({
    id: tilId,
    title,
    slug,
    content,
    excerpt,
    day_number: dayNumber,
    tags: tags.map(tagView),
    created_at: new Date(createdAt).toISOString(),
  }) satisfies Static<typeof TilShape>;

export const tagsView = (tags: readonly CountedTag[]) =>
  ({ tags: tags.map((tag) => ({ ...tagView(tag), count: tag.count })) }) satisfies Static<typeof TagsShape>;
