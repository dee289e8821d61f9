import { isRecord } from "../../domain/json.ts";
import { ModelError } from "../contract.ts";
import { ProviderError } from "../provider-error.ts";
import { FEATURE_FORMS, FEATURES, type Feature } from "./feature.ts";

/** What an error says about the features of a call. */
export interface Refusal {
  /** Those that it refuses by name. Empty when it names none. */
  readonly named: readonly Feature[];
  /** It names nothing at all, such as "Bad request": any feature may be what it refuses. */
  readonly isVague: boolean;
}

/** llama.cpp refuses with 500 or 501, OpenRouter with 404. */
const STATUSES: ReadonlySet<number> = new Set([400, 404, 405, 422, 500, 501]);

/** A feature, and not its value, is refused. */
const REFUSED =
  /unsupported|n[o']t (?:be )?(?:currently |yet )?(?:support|implement|enabl|allow|permit|recogni[sz]|accept|available|compatible)|unknown|unrecogni[sz]ed|unexpected|invalid (?:field|parameter name|argument name)|extra[_ ](?:forbidden|inputs|fields)|additional properties|no endpoints found that support|no such (?:field|parameter)|(?:does|should) not exist|unavailable|missing data required|did not allow|cannot (?:both )?be (?:used|specified|set)|deprecated|disabled|only the default|is not one of|does not take|doesn't take|support(?:s|ed)? only|only supports?|may only be|must be (?:one of|["'`])|(?:should be|expected) one of|only .{1,80} (?:is|are) supported/i;

/** The request is too large, or a value is wrong: the same call without a feature would hide the mistake. */
const OTHER =
  /too (?:long|large|big|many|high|low|small|short)|exceed|maximum (?:context|length|number)|context[ _](?:length|window|size)|at (?:most|least) [1-9]|(?:less|greater|more|fewer|larger|longer|smaller) than|out of range|must be (?:between|in the range|positive|<|>|≤|≥)|expected a value|invalid (?:json )?schema|invalid[_ ]image|unsupported[_ ](?:image|media)|image (?:format|type|data|size|dimension|media)|(?:image|file|data) (?:is|was|could)|failed to (?:load|download|decode|process)/i;

/** Sentences without information. */
const VAGUE =
  /^(?:error )?(?:(?:http )?(?:error )?4(?:00|22)\W{0,3})?(?:bad request|invalid request(?: body| payload| error)?|unprocessable (?:entity|content)|invalid (?:input|parameters?|arguments?)|(?:request )?validation (?:error|failed))?[\s.!]*$/i;

const NOTHING: Refusal = { named: [], isVague: false };

/**
 * Reads whether an error refuses features that its call used. Not when it is about something else: a text that is too
 * long, a picture that cannot be read, a value out of range.
 */
export const refusalOf = (error: unknown, used: readonly Feature[]): Refusal => {
  const cause = error instanceof ModelError && error.code === "model_unavailable" ? error.cause : undefined;
  if (!(cause instanceof ProviderError) || cause.status === undefined || !STATUSES.has(cause.status)) return NOTHING;
  const { words, status } = cause;
  const byItself = used.filter((feature) => FEATURE_FORMS[feature].refusal?.test(words));
  if (byItself.length > 0) return { named: byItself.slice(0, 1), isVague: false };
  if (OTHER.test(words)) return NOTHING;
  const body = parsed(words);
  const isVague = (status === 400 || status === 422) && sentencesIn(body).every((text) => VAGUE.test(text.trim()));
  if (isVague && (typeof body === "string" || sentencesIn(body).length > 0)) return { named: [], isVague };
  if (!REFUSED.test(words)) return NOTHING;
  const fields = fieldsIn(body);
  const byField = used.filter((feature) => fields.some((field) => FEATURE_FORMS[feature].words.test(field)));
  if (byField.length > 0) return { named: byField, isVague: false };
  // A sentence may name several, and is about the first; the next answer shows whether it was.
  const bySentence = FEATURES.filter((feature) => used.includes(feature) && FEATURE_FORMS[feature].words.test(words));
  return { named: bySentence.slice(0, 1), isVague: false };
};

/** The body as JSON, else as text. */
const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

/** What the body says to people. */
const sentencesIn = (body: unknown): readonly string[] => {
  if (typeof body === "string") return [body];
  if (!isRecord(body)) return [];
  return ["message", "detail", "error", "title", "msg"].flatMap((name) => sentencesIn(body[name]));
};

/**
 * The fields of the request that the body names: OpenAI's `param` (`reasoning.effort`), the last name of each `loc` in
 * FastAPI's list. Not a member of a list (`tools[0].function`): that one is wrong, and the field is not refused.
 */
const fieldsIn = (body: unknown): readonly string[] => {
  if (!isRecord(body)) return [];
  // Mistral nests FastAPI's list in `message`.
  const reports = [body, body.error, body.message].filter(isRecord);
  const params = reports.map(({ param }) => param);
  const details = reports.flatMap(({ detail }): readonly unknown[] => (Array.isArray(detail) ? detail : []));
  const places = details.map((item) => {
    const loc: readonly unknown[] = isRecord(item) && Array.isArray(item.loc) ? item.loc : [];
    return loc.some((step) => typeof step === "number") ? undefined : loc.at(-1);
  });
  return [...params, ...places].filter((field): field is string => typeof field === "string" && !field.includes("["));
};
